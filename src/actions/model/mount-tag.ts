/** What a screen says of the mount it is in. */
export interface MountTag {
  readonly id: string;
  readonly title: string;
  readonly driver: string;
}
