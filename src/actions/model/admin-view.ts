/** Rooms of the operators' panel, in the order `admin-go` counts them. */
export const operatorsRooms = ["panel", "people", "access", "admin-mounts", "broadcast", "audit"] as const;
export type OperatorsRoom = (typeof operatorsRooms)[number];

/** Which of the operators' screens it is, and what it needs to be drawn again. */
export type AdminView =
  | { readonly at: "operators"; readonly room: "panel" | "access" | "broadcast" }
  | {
      readonly at: "operators";
      readonly room: "people";
      /** 1-based. */
      readonly page: number;
      /** Only ids that contain this. */
      readonly words?: string | undefined;
    }
  | { readonly at: "operators"; readonly room: "admin-mounts" | "audit"; readonly page: number }
  | { readonly at: "operators"; readonly room: "person"; readonly id: string };
