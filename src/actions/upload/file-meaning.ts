/** What a file that somebody sends is meant for: a torrent to be fetched, or something to be kept in the drive. */
export function fileMeaning(name: string): "torrent" | "keep" {
  return /\.torrent$/i.test(name.trim()) ? "torrent" : "keep";
}
