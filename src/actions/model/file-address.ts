/** What a card says of a file's address. */
export interface FileAddress {
  readonly url: string;
  /** `direct`: the drive's own address; `redirect`: a short ticket of ours that leads to it; `gateway`: one whose bytes come through us. */
  readonly via: "direct" | "redirect" | "gateway" | "proxy-url";
  /** The address gives only so much of the file, as was tried out; absent = nothing speaks against all of it. */
  readonly extent?: "first-part" | undefined;
  /** Milliseconds since the epoch; absent = not known. */
  readonly expiresAt?: number | undefined;
  /** A page that plays it in a browser; absent for what is no film or music, and without a public address. */
  readonly watch?: string;
  /** The same file through the gateway, which says its name: present where what is fetched from `url` would be saved without it. */
  readonly named?: string;
}
