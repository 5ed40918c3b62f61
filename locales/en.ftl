### English. One section a part of the product; keys are named like the codes in src (error-CODE, notice-CODE, field-FORM-NAME).

language-name = English

# How two sentences, and a label with its value, are put together.
two-sentences = { $first } { $second }
label-and-value = { $label }: { $value }

## Screens: what both chats say (renderers of telegram/ and discord/)

# Buttons. The sign before them is the renderer's.
press-add-account = Sign in to an account
press-add-share = Open a share
press-mounts = My drives
press-favourites = Favourites and recent folders
press-follow-here = Follow
press-follows = Following
press-follow-named = Follow { $name }
press-check-follow = Look now
press-pause-follow = Pause
press-resume-follow = Resume
press-remove-follow = Stop following
press-tell-group = Tell this channel
press-tell-alone = Tell me alone
press-feed-words = Words
press-feed-pattern = Names
press-feed-folder = Folder
press-download-folder = Other folder
press-preview = Its files
press-restart = Start afresh
press-feed-backfill = Earlier entries
press-fetch-entries = { $count ->
    [one] Download 1
   *[other] Download { $count }
}
press-add-favourite = Favourite
press-remove-favourite = Unfavourite
press-edit-favourites = Take some off
press-done-editing = Done
press-up = Up
press-refresh = Refresh
press-previous = Previous
press-next = Next
press-sort-name = Name
press-sort-size = Size
press-sort-modified = Date
press-back = Back
press-link = Link
press-link-original = Original
press-open-link = Open the link
press-send = Send it here
press-save = Save
press-share-out = Share
press-shared-links = My shares
press-give-link = Life and password
press-given-links = My links
press-take-back-link = Take back
press-ask-link-password = Ask for a password
press-change-link-password = New password
press-clear-link-password = No password
press-deliver = To another chat
press-push = Send to aria2
press-push-status = How is it doing?
press-ask-aria2 = Connect my aria2
press-change-aria2 = Change aria2
press-drop-aria2 = Forget aria2
press-make-shared = Make the link
press-shared-coded = With a code
press-shared-open = Without a code
press-revoke-shared = Take back
press-list-folder = Links
press-send-privately = Send to me alone
press-send-folder = Send all here
press-send-entries = Send here
press-send-as-files = Send as files
press-revoke-links = Take back its links
press-revoke-all-links = Take back all my links
press-copy = Copy the link
press-watch = Watch in the browser
press-previous-file = Previous
press-next-file = Next
press-top = Top
link-watch = 📺 Watch in the browser: { $url }
press-open-mount = Open
press-choose-mount = Make current
press-rename-mount = Rename
press-check-mount = Check
press-renew-mount = Sign in again
press-remove-mount = Remove
press-confirm-remove-mount = Yes, remove it
press-confirm-other-account = Yes, change the account
press-confirm-forget = Yes, delete everything
press-dismiss-remove-mount = No, keep it
press-dismiss-other-account = No, keep the account
press-dismiss-forget = No, keep it
press-retry = Try again
press-tasks = Downloads
press-folder = Folder
press-open-task = Open
press-cancel-task = Cancel, keep files
press-delete-task = Cancel and delete files
press-forget-task = Take off the list
press-forget-task-files = Take off and delete files
press-retry-tasks = Retry all failed
press-upload-both = Keep both
press-upload-replace = Replace
press-upload-skip = Skip
press-clear-tasks = Clear finished
press-cancel = Cancel
press-approve = Open the approval page
press-approve-again = Start again
press-show-ways = Other ways
press-skip = Skip
press-page = Enter it in the browser
press-verify = Open the verification page

# Commands: what the platform lists, at most 100 characters.
command-start = Say hello and show the two ways in
command-help = What I can do here
command-login = Sign in to a PikPak account
command-share = Open a PikPak share link
command-mounts = My drives: open, rename, check, remove
command-browse = Browse the current drive, or a path in it
command-link = Get the download link of one file
command-get = Send a file itself into this chat
command-download = Let the drive fetch a magnet or an address, into any folder
command-tasks = What the drive is fetching: retry, start afresh, cancel, clear
command-upload = Put files into the drive: send them, or answer one with this
command-shares = The shares made from here: links, codes, take back
command-links = The links I gave away: life, password, take back
command-trash = What lies in the trash: restore, delete, empty
command-favourites = Favourite and recent folders
command-follow = Tell this chat what is new in a folder, a share or a feed
command-settings = Language, rows a page, order, download method
command-cancel = Cancel what was begun
command-logout = Remove a drive and its secrets
command-forget = Delete everything kept about me

bot-description = The files of your cloud drives in this chat: browse folders, search, get download links, watch films, or have the files themselves sent here. Press Start to sign in or to open a share link.
bot-about = Your cloud drives and shares in Telegram.
welcome-title = Hello! I open cloud drives and shares in this chat.
welcome-ways = There are two ways in: sign in to your own account, or open a share link that somebody gave you.
welcome-mounts = { $count ->
    [one] You have one drive here already.
   *[other] You have { $count } drives here already.
}

help-title = What I can do
help-private = You can also paste a PikPak share link as it is: it opens at once. Magnets and other links are fetched into the current folder; what comes tells their files and can go to another folder. Words alone are searched for in your drive. Files you send go into the current folder. ⋯ under a folder or file moves it, shares it, or sends it to a group or channel of yours.
help-group = What is shared with this group is found by /browse and /search; links are shown to you alone. Signing in and your own drives are for a private chat with me.
help-admin = You are an operator here.

listing-entries = { $count ->
    [one] 1 entry
   *[other] { $count } entries
}
listing-reading = { $count } entries so far
listing-page = page { $page }
listing-order-up = by { $by } ↑
listing-order-down = by { $by } ↓
order-name = name
order-size = size
order-modified = date
listing-empty = This folder is empty.
listing-failed = The rest of the folder could not be read.
listing-list-changed = The list has changed since. Here is how it is now.
listing-undone = Undone: everything is as it was before.
listing-part-gone = What the link leads to is not there any more, so here is the whole share.

kind-folder = Folder
kind-video = Video
kind-audio = Audio
kind-image = Picture
kind-archive = Archive
kind-document = Document
kind-file = File
file-size-unknown = size unknown
file-duration = Playing time: { $time }
file-modified = Changed: { $date }
file-variants = 720P, 480P and the like are smaller, transcoded versions, not the original file.

listing-filter = Only names with: { $words }
link-title = Download link
link-variant = Version: { $name }
link-lifetime-unknown = It works for a limited time. When it has ended, ask for a new one.
link-via-direct = It leads straight to the drive.
link-via-gateway = It leads through this bot's own address.
link-via-proxy-url = It leads through the download proxy.
link-secret = Whoever has the link can download the file.

transfer-queued = Waiting for its turn, number { $place } in the queue.
transfer-sizes = { $done } of { $total }
transfer-speed = { $speed }/s
transfer-left = { $time } left
transfer-landing = All of it is there; the chat is taking it in…
transfer-done = Sent in { $time }.
transfer-cancelled = Cancelled. The file was not sent.
transfer-interrupted = I was restarted before this file was there. Shall I send it again?
transfer-limit = Most that can be sent here: { $size }. A link has no limit.
transfer-failed-refused = The chat did not take the file. Try again, or take a link instead.
transfer-failed-forbidden = I may not send files here. Ask whoever runs this chat to let me, or take a link instead.
transfer-failed-too-large = This file is too large to be sent here. Take a link instead.
transfer-failed-too-slow = The chat waits for a file only so long, and this one takes longer. Take a link instead.
transfer-failed-waited = Its turn did not come in time: the chat waits for a file only so long. Try again, or take a link instead.
transfer-failed-stalled = Nothing has moved for minutes, so I gave up. Try again, or take a link instead.
transfer-failed-slowed = The chat takes no more files for a while (slow mode, or too many at once). Try again later.
transfer-failed-not-admin-there = You do not run that chat any more. Ask its owner, or choose another one.
transfer-failed-not-allowed-there = I may not send files there. Make me an admin who may post, or let me attach files, and try again.
transfer-failed-gone-there = That chat is not there any more. Choose another one.
transfer-failed-empty = This file is empty, and empty files cannot be sent.
batch-waiting = { $count ->
    [one] 1 file waits for its turn
   *[other] { $count } files wait for their turn
}
batch-title = { $count ->
    [one] Sending 1 file
   *[other] Sending { $count } files
}
batch-to = To { $chat }
batch-step = { $which } of { $count } · { $name }
batch-over = { $done } of { $count } sent
batch-cancelled = Cancelled, { $done } of { $count } sent
batch-lost = I lost track of these files. Look at what has come before you send them again.
batch-file-cancelled = It was not sent.
batch-file-interrupted = I was restarted at its very end, so it may be in the chat already. Look before you send it again.
batch-more-unsent = { $count ->
    [one] and 1 more that was not sent
   *[other] and { $count } more that were not sent
}
batch-more = { $count ->
    [one] There is more in it: only 1 file is sent at once.
   *[other] There is more in it: these are the first { $count } files. Open a folder in it, or choose others.
}

download-title-over = Offline downloads
download-title = { $count ->
    [one] Fetching 1 thing
   *[other] Fetching { $count } things
}
download-summary = { $done } of { $total } done
download-summary-failed = { $done } of { $total } done, { $failed } failed
download-waiting = waits for its turn
download-still = nothing has moved for { $time }
download-stayed = It could not be moved to the folder you chose, and is where it was.
preview-none = The drive does not know yet what is in it. It finds out while it downloads.
preview-total = { $count ->
    [one] 1 file, { $size }
   *[other] { $count } files, { $size }
}
preview-cut = There is more than is listed here.
download-gone = It was taken off the list at PikPak.
download-cancelled = cancelled
download-entry-gone = It is not in the drive any more.
download-more = { $count ->
    [one] and 1 more
   *[other] and { $count } more
}
download-left = { $count ->
    [one] 1 more link was left out; send it again.
   *[other] { $count } more links were left out; send them again.
}
download-lost = I follow this no longer. /tasks shows how far it is.
upload-title = { $count ->
    [one] Upload: 1 file
   *[other] Upload: { $count } files
}
upload-summary = { $done } of { $total } in the drive
upload-summary-failed = { $done } of { $total } in the drive, { $failed } failed
upload-waiting = waits for its turn
upload-reading = checking it
upload-present = is there already
upload-taken = The folder has another file of this name, of { $size }. Keep both, replace that one, or skip this?
upload-taken-folder = The folder has another folder of this name. Keep both, or skip this?
upload-skipped = skipped
upload-cancelled = cancelled
upload-lost = I lost sight of this. Look into the folder before you try again.
upload-not-replaced = Both are there now; the old one could not be replaced.
upload-too-large-here = This is larger than the files I am allowed to take. Whoever runs me can raise that limit.
upload-allowance-used = As much as may go through me for you today has gone. Try again in { $time }.
upload-more = { $count ->
    [one] and 1 more
   *[other] and { $count } more
}
upload-left = { $count ->
    [one] 1 more file was left out; send it again.
   *[other] { $count } more files were left out; send them again.
}
save-waiting = I am about to save this to your drive.
save-sent = The drive is copying it. That cannot be stopped any more.
save-done = { $count ->
    [1] Saved to your drive.
   *[other] { $count } entries saved to your drive.
}
save-present = { $count ->
    [1] It was on your drive already.
   *[other] All { $count } entries were on your drive already.
}
save-cancelled = Cancelled. Nothing was saved.
save-lost = I lost sight of this. Look into the folder before you try again.
save-target-gone = The folder it was to go to is not there any more. Try again, and it goes to the top of the drive.
share-out-title = Share
share-out-coded = Whoever has the link and its code can open this and save it.
share-out-open = Whoever has the link can open this and save it.
shared-title = My shares
shared-none = Nothing is shared. Press 📤 under a file or folder of your drive.
shared-total = { $count ->
    [1] One share
   *[other] { $count } shares
}
shared-cut = There are older ones that I do not show.
shared-made = The link is there.
shared-revoked = Taken back. The link opens nothing any more.
shared-code = Code
shared-text = { $url } code: { $code }
shared-no-end = Works until you take it back.
shared-counts = opened { $views ->
    [1] once
   *[other] { $views } times
}, saved { $saves ->
    [1] once
   *[other] { $saves } times
}
shared-for-ever = No end
shared-days = { $count ->
    [1] 1 day
   *[other] { $count } days
}
push-title = To my aria2
push-reading = { $count ->
    [one] Looking for what to send: 1 file so far…
   *[other] Looking for what to send: { $count } files so far…
}
push-sending = { $sent } of { $total } sent
push-taken = { $count ->
    [one] aria2 has taken 1 file.
   *[other] aria2 has taken { $count } files.
}
push-refused = { $count ->
    [one] aria2 would not take 1 file.
   *[other] aria2 would not take { $count } files.
}
push-words = It says: { $words }
push-left-out = { $count ->
    [one] 1 file has no link and was left out.
   *[other] { $count } files have no link and were left out.
}
push-cut = There is more than I send at once. Choose the rest and send it next.
push-status = { $complete } done, { $active } under way, { $waiting } waiting
push-status-failed = { $count ->
    [one] 1 file failed.
   *[other] { $count } files failed.
}
push-status-gone = { $count ->
    [one] aria2 does not know 1 file any more.
   *[other] aria2 does not know { $count } files any more.
}
push-cancelled = Cancelled. What aria2 has already stays there.
push-lost = I lost sight of this. Look into aria2, then try again: it takes no file twice.
push-failed-not-set = I do not know where your aria2 is any more. Connect it under /settings.
push-failed-unreachable = Your aria2 does not answer. See that it runs and can be reached from outside, then try again.
push-failed-forbidden-address = Your aria2 is in a private network, and I may only go to public addresses. The operator can allow it.
push-failed-unauthorized = Your aria2 does not accept the secret. Set it anew under /settings.
push-failed-no-aria2 = What answers there is not aria2. Check the address under /settings.
push-failed-nothing-to-push = There is no file in there.
given-title = Link to give away
given-list-title = Links I gave away
given-none = There is none. Press 🔗 under a file, then ⚙️.
given-total = { $count ->
    [1] One link
   *[other] { $count } links
}
given-taken-back = Taken back. The link opens nothing any more.
given-locked = It asks for a password.
given-unlocked = Whoever has it can download the file.
given-opens = { $count ->
    [0] not opened yet
    [1] opened once
   *[other] opened { $count } times
}
given-opened = { $count ->
    [0] Not opened yet.
    [1] Opened once.
   *[other] Opened { $count } times.
}
given-left = { $time } left
given-hours = { $count ->
    [1] 1 hour
   *[other] { $count } hours
}
tasks-title = Offline downloads
tasks-none = Nothing is being fetched. Send me a magnet, or use /download.
tasks-total = { $running } running, { $failed } failed, { $done } finished
choose-task = Choose a download
choose-shared = Choose a share
choose-given = Choose a link
press-tidy = More
press-enter = Open
press-new-folder = New folder
press-rename-entry = Rename
press-move-entries = Move
press-copy-entries = Copy
press-trash-entries = To the trash
press-select = Select
press-show-trash = Trash
press-undo = Undo
press-open-changed = Open the folder
press-tidy-selection = { $count } chosen
press-pick-page = This page
press-pick-all = Whole folder
press-unpick = Choose none
press-here-move = Move here
press-here-copy = Copy here
press-here-fetch = Download here
press-restore-entries = Restore
press-delete-entries = Delete for ever
press-empty-trash = Empty the trash
press-confirm-delete-entries = Yes, delete for ever
press-dismiss-delete-entries = No, keep it
press-confirm-empty-trash = Yes, empty it
press-dismiss-empty-trash = No, keep it

sum-files = { $count ->
    [one] 1 file
   *[other] { $count } files
}
sum-folders = { $count ->
    [one] 1 folder
   *[other] { $count } folders
}
tidy-what = What shall be done?
tidy-chosen = Chosen: { $sum }
select-how = Choose files and folders. What you choose stays chosen in other folders and on other pages.
choose-picked = Choose, or not any more
choose-destination = Choose a channel
destinations-title = To another chat
destinations-none = There is none now.
destinations-how-telegram = These are groups and channels that you run and where I may send files. For one more, make me an admin there.
destinations-how-discord = These are channels where you may manage the channel and I may send files. For one more, add me to that server, and use a command of mine there once.
choose-folder = Open a folder
choose-target = Choose a folder
target-move = Where to move it?
target-copy = Where to copy it?
target-fetch = Where is it to go?
target-more = and { $count } more
target-no-folders = There is no folder in here.
target-recent = 📂 stands before folders you chose lately: a press puts it there at once.
did-made = The folder is made.
did-renamed = Renamed.
did-moved = { $count ->
    [one] Moved.
   *[other] { $count } entries are moved.
}
did-copied = { $count ->
    [one] Copied.
   *[other] { $count } entries are copied.
}
did-trashed = { $count ->
    [one] It is in the trash.
   *[other] { $count } entries are in the trash.
}
did-restored = { $count ->
    [one] Restored.
   *[other] { $count } entries are restored.
}
did-before = It was called { $name }.
did-clashes = { $count ->
    [one] One name was taken there, so the drive has added a number to it.
   *[other] { $count } names were taken there, so the drive has added numbers to them.
}
did-left = { $count ->
    [one] One entry stayed as it was.
   *[other] { $count } entries stayed as they were.
}
trash-title = Trash
trash-empty = The trash is empty.
trash-how = Choose what to restore or to delete
trash-undone = Undone.
trash-deleted = Deleted for ever.
trash-emptied = The trash is emptied.

list-title = Links as a file
list-about = All files here and in the folders below, at most { $files } files from { $folders } folders. As what?
list-format-m3u8 = Playlist (m3u8): films and music
list-format-aria2 = Input file for aria2
list-format-plain = Plain links, one a line
list-reading = Read so far: folders { $folders }, files { $files }
list-links = Links made: { $count }
list-ready = { $count ->
    [one] The list holds 1 link.
   *[other] The list holds { $count } links.
}
list-left-out = { $count ->
    [one] 1 file was left out: it has no link, or does not fit this kind of list.
   *[other] { $count } files were left out: they have no link, or do not fit this kind of list.
}
list-failed = The rest could not be read.
list-via-direct = They lead straight to the drive.
list-via-gateway = They lead through this bot's own address.
list-via-proxy-url = They lead through the download proxy.
list-secret = Whoever has the list can download the files.
mount-method-lapsed = Chosen was: { $method }. That does not work here any more; its operator has taken away what it needs.

mounts-title = Your drives
mounts-none = You have no drive here yet.
mounts-recent = Recently opened shares
follows-title = Following
follows-none = Nothing is followed yet. Press 🔔 in a folder, or send /follow with a share's link or the address of a feed.
follows-total = { $count } followed, { $max } at most
follow-removed = Not followed any more.
follow-drive-gone = its drive is gone
follow-paused-short = paused
follow-begun-folder = Followed. What is there now is known; I tell what comes.
follow-begun-feed = Followed. What is in it now is known and not fetched; I fetch what comes. Earlier entries can be chosen.
follow-known-already = You follow this already.
follow-looking = Looking now. If there is anything new, it is told.
follow-every = every { $time }
follow-not-yet = not looked at yet
follow-checked = last look
follow-known = { $count ->
    [one] 1 entry
   *[other] { $count } entries
}
follow-group = a channel of this server
follow-told = Told to
follow-not-below = This folder alone, not the folders below it.
follow-paused = Paused: nothing is looked at.
follow-failing = I try again; if it still fails after a day, it is paused and I say so.
feed-include = Fetched with
feed-exclude = Not with
feed-called = Called
feed-preview = The latest entries, as they would be fetched (✅) and called:
news-title = { $count ->
    [one] 1 new entry
   *[other] { $count } new entries
}
news-more = { $count ->
    [one] and 1 more
   *[other] and { $count } more
}
backfill-none = There are no entries to choose from.
backfill-how = Choose what the drive is to fetch. Nothing is chosen by itself.
download-of-feed = from { $feed }
choose-every = How often
choose-follow = Choose what to see
favourites-title = Favourites
favourites-recent = Recent folders
favourites-none = No favourites yet. ⭐ in a folder of yours makes it one.
favourites-editing = Which of them is no favourite any more? The folder itself stays.
choose-dropped = Take off…
mounts-opened-title = { $count ->
    [one] 1 share opened
   *[other] { $count } shares opened
}
mounts-opened-left = { $count ->
    [one] 1 more link was left out; send it again.
   *[other] { $count } more links were left out; send them again.
}
mount-current = current
mount-quota = { $used } of { $limit } used, { $free } free
mount-quota-unlimited = { $used } used
mount-quota-trashed = { $size } of it in the trash
mount-plan = Plan: { $plan }
mount-tasks-left = Offline downloads left: { $left } of { $limit }
mount-transfer-offline = To be fetched this month: { $left } of { $limit } left
mount-transfer-download = To be downloaded this month: { $left } of { $limit } left
mount-transfer-upload = To be uploaded this month: { $left } of { $limit } left
mount-transfer-download-day = To be downloaded today: { $left } of { $limit } left
mount-method = Downloads: { $method }
mount-method-usual = { $method } (the usual way)
method-redirect = straight from the drive
method-proxy = through this bot
method-proxy-url = through the download proxy
health-working = Working since { $date }
health-failing = Failing since { $date }
driver-memory = Demo drive
form-title-memory = Open a demo drive

settings-title = Settings
settings-language = Language: { $language }
settings-rows = Rows a page: { $rows }
settings-order = Order: { $order }
settings-aria2 = aria2: { $host }

press-show-hook = Hook for programs
press-make-hook = Make a hook
press-renew-hook = New address
press-revoke-hook = Take it back
hook-title = Hook for programs
hook-about = By an address of your own a program, such as a script of Sonarr or Radarr, adds downloads to your drive. Each is shown in this chat.
hook-none = You have none yet.
hook-since = Made { $date }
hook-used = Last called { $date }
hook-unused = Not called yet
hook-once = This address is shown once. Whoever has it can add downloads to your drive, and can see nothing of it.
hook-how = It takes a POST of JSON. The folder is a path from the top of the drive, and may be left out:
question-renew-hook = Make a new address for your hook? The one that programs use now stops working at once.
press-confirm-renew-hook = Yes, make a new one
press-dismiss-renew-hook = No, keep it
question-revoke-hook = Take your hook back? Programs that use it can add nothing any more. What was begun goes on.
press-confirm-revoke-hook = Yes, take it back
press-dismiss-revoke-hook = No, keep it

question-remove-mount = Remove this drive and its secrets from here? Nothing on the drive itself is touched.
question-other-account = What you gave is for another account than this drive is signed in to. Shall the drive be of that account from now on?
question-delete-entries = { $count ->
    [one] Delete it for ever? Nobody can bring it back.
   *[other] Delete { $count } entries for ever? Nobody can bring them back.
}
question-empty-trash = Delete all that is in the trash for ever? Nobody can bring it back.
question-frees = This frees { $size }.
question-forget = Delete everything kept about you here: drives, secrets, settings, open lists? Nothing on your drives is touched.

retry-after = Try again in { $time }.
notice-reference = Reference for the operator: { $reference }

## Forms: fields, hints, problems

form-title-verification = Show that you are human
form-title-account-kind = Sign in
form-title-any-link = Open a share
field-account-kind-driver = Which kind of account?
field-any-link-link = Share link
field-any-link-link-hint = The whole address, as you were given it.
form-title-mount-title = Rename the drive

field-mount-title-title = New name
field-mount-title-title-hint = How the drive is called here. Nothing changes on the drive itself.
field-memory-tree = Tree
field-memory-tree-hint = Which demo drive to open.

problem-required = This is needed; please give an answer.
form-title-page-number = Go to a page
field-page-number-page = Which page?
field-page-number-page-hint = A number, as on the counter.
form-title-folder-name = New folder
field-folder-name-name = What shall it be called?
form-title-feed-words = Which entries are fetched
field-feed-words-include = Fetch only with these words
field-feed-words-include-hint = Like: 1080p, show two. A comma means or. Without an answer: all of them.
field-feed-words-exclude = Never with these words
field-feed-words-exclude-hint = Like: CAM, trailer. Without an answer: none.
form-title-feed-pattern = What entries are called
field-feed-pattern-pattern = Name
field-feed-pattern-pattern-hint = Like: {"{"}title{"}"}, {"{"}date{"}"}, or [*] * - * [*] => {"{"}2{"}"} E{"{"}3{"}"}. No answer: as they come.
problem-not-a-pattern = A name is text with {"{"}title{"}"}, {"{"}date{"}"} or {"{"}feed{"}"}. Before => may stand a title with * for anything; its parts are {"{"}1{"}"}, {"{"}2{"}"} and so on.
problem-no-such-folder = There is no such folder. Write its path from the top of the drive, as in Films/New.
form-title-entry-name = Rename
field-entry-name-name = New name
field-entry-name-name-hint = With its ending, as in film.mkv.
form-title-link-password = Password of the link
field-link-password-password = Password
field-link-password-password-hint = Whoever opens the link is asked for it. At least 4 characters.
form-title-aria2 = My aria2
field-aria2-address = JSON-RPC address
field-aria2-address-hint = Like https://nas.example.com:6800/jsonrpc
field-aria2-secret = Secret
field-aria2-secret-hint = The one of --rpc-secret. Skip it if there is none.
problem-too-long = That is too long; please send something shorter.
problem-not-a-share = That is not the link of a share I can open.
problem-not-a-folder-id = That is not a folder. Send a folder's ID, its address in the browser, or root.
problem-not-a-choice = Please take one of the answers offered.
problem-not-a-verification = There is no verification in that. Finish the page first, then send the whole address of the page you ended on.
problem-empty-name = A name needs at least one character you can see.
problem-password-too-short = Take at least 4 characters.
problem-not-an-rpc-address = That is not an address. It looks like https://nas.example.com:6800/jsonrpc
problem-aria2-unreachable = Nobody answers there. Check the address and the port, and that aria2 runs with --enable-rpc and can be reached from outside.
problem-aria2-forbidden = This address is in a private network, and I may only go to public ones. The operator can allow it.
problem-aria2-unauthorized = aria2 does not accept this secret. It is the one of --rpc-secret.
problem-not-aria2 = What answers there is not aria2. The path is usually /jsonrpc.

## Errors: error-<storage error code>

error-not-found = This is not there any more. It may have been moved or deleted; go up and refresh.
error-trashed = This is in the trash. Take it out of the trash on the drive first.
error-not-a-file = This is a folder, and only a file has a link. Open it and choose a file.
error-not-a-folder = This is a file, not a folder. Open the folder it is in.
error-no-link = The drive gives no download link for this file. Try again later, or take another version if there is one.
error-gateway-needed = This needs a public address of the bot, which its operator has not set up.
error-blocked = The drive has blocked this file, so nobody can download it.
error-still-processing = The drive is still preparing this file. Try again in a few minutes.
error-variant-gone = This version is not offered any more. Take the original, or reopen the file to see what there is.
error-permission-denied = The drive does not allow this for this account. Check whose folder it is.
error-bad-argument = The drive did not accept the request. Go back, refresh and try again; if it stays, tell the operator.
error-unsupported = This drive cannot do that.
error-wrong-credentials = The drive does not accept this user name and password.
error-sign-in-refused = The drive refuses to sign in from here just now. Wait a while, then try again.
error-signed-out = The drive is signed out: its token was used by another program or has ended. Sign in again.
error-verification-needed = The drive wants to know that you are human. Open the verification page and finish it, then go on here.
error-captcha-rejected = The drive did not accept the verification. Try again in a minute.
error-account-suspended = The drive's service has suspended this account. Only its support can lift that.
error-proxy-full = As much as may go through me is on its way already, or used up for today. Try again later, or take a link.
error-too-frequent = That was too often for the drive. Wait a moment, then try again.
error-risk-limited = The drive's service has limited this account for safety. Wait some hours, then try again.
error-not-lent = Whoever shared this drive lets nothing more be fetched into it here. What was begun before goes on.
error-daily-limit = Today's limit of this account is used up. It is counted anew tomorrow.
error-task-limit = There are as many tasks as this account may have. Finish or remove some first.
error-too-many-items = These are too many at once. Choose fewer.
error-no-space = The drive is full. Make room, or empty the trash.
error-name-taken = There is already something with this name here. Choose another name.
error-still-moving = The drive is still moving this. Try again in a moment.
error-same-folder = It is in this folder already. Choose another one.
error-own-share = This share is your own, so the files are on your drive already.
error-task-refused = The drive did not accept this download. Check the address, or try another one.
error-name-refused = The drive does not take this name. Choose another one.
error-source-unsupported = The drive cannot fetch this kind of link. Magnets, http(s), ed2k and PikPak:// addresses work.
error-source-dead = The drive found nothing behind this link. Check it, or take another one.
error-content-refused = The drive refuses this content. Another source of it may be accepted.
error-download-failed = The drive could not fetch this. Try again; if it fails once more, the source is probably dead.
error-source-gone = The chat does not have this file any more. Send it again.
error-source-too-large = Telegram gives bots files of 20 MB at most. Whoever runs me can lift that with a Bot API server of their own; until then, upload this one in the app.
error-source-changed = Not all of this file came. Send it again.
error-source-out-of-reach = The chat does not give me this file now. Try again in a moment.
error-upload-damaged = The drive got other bytes than were sent. Try again.
error-upload-gone = It was moved or removed in the drive while it was being uploaded. Send it again if you want it there.
error-pass-code-needed = This share needs a pass code. Send the code that came with the link.
error-pass-code-wrong = This pass code is not right. Check it and send it again.
error-share-not-found = There is no such share. Check the link for missing characters.
error-share-deleted = This share has been deleted by its owner. Ask for a new link.
error-share-expired = This share has expired. Ask its owner for a new link.
error-share-cancelled = The owner has stopped sharing this. Ask for a new link.
error-share-reviewing = The drive's service is still reviewing this share. Try again later.
error-share-blocked = The drive's service has blocked this share, so nobody can open it.
error-share-region = This share cannot be opened from the bot's region.
error-share-restore-limit = This share has been saved as often as it may be.
error-unreachable = The drive cannot be reached just now. Try again in a moment.
error-upstream = The drive answered with a failure of its own. Try again in a moment.

## Notices: notice-<notice code>

notice-nothing-found = Nothing was found. Try other words, or browse for it.
notice-no-mounts = There is no drive here yet. Sign in to an account, or open a share link.
notice-no-drive = You have no drive of your own here yet. Sign in to a PikPak account first.
notice-no-such-path = There is nothing at this path. Browse from the top to find it.
notice-not-yours = These buttons belong to somebody else. Open your own list with /browse.
notice-view-expired = These buttons are too old. Open a fresh list with /browse.
notice-unknown-press = I do not know this button. Open a fresh list with /browse.
notice-mount-removed = The drive and its secrets are removed from here.
notice-mount-gone = This drive is not here any more. See /mounts for those there are.
notice-mount-renamed = The drive has its new name.
notice-mount-healthy = The drive answers as it should.
notice-logged-out = Signed out. The drive and its secrets are removed from here.
notice-forgotten-credential-left = Everything kept about you is deleted here. What a drive was signed in with is still good at the service itself: withdraw it there. Say /start to begin anew.
notice-forgotten = Everything kept about you is deleted. Say /start to begin anew.
notice-cancelled = Cancelled. Nothing was changed.
notice-nothing-to-cancel = There is nothing to cancel.
notice-private-only = This is for a private chat with me.
notice-not-a-share-link = I cannot open this link: it is no share of a drive I know. See /help for those I open.
notice-credential-exposed = Your message holds a token that opens a drive, and I cannot delete it: please do. I did not use it. Sign in below, and give the token where I ask for it.
notice-credential-deleted = Your message held a token that opens a drive, so I deleted it. I did not use it. Sign in below, and give the token where I ask for it.
notice-not-understood = I did not understand that. Paste a PikPak share link, or see /help.
notice-not-admitted = This bot is for invited people. Open the link of your invitation, or send /start and its code. If you have none, ask the operator to let you in.
notice-too-fast = That was quick. Wait a moment, then press again.
notice-chat-trouble = The connection to this chat was interrupted. What you asked for may be done already; try again to see.
notice-nothing-to-list = There is no file here that fits such a list.
notice-nothing-to-list-yet = As far as one list may look, no file fits it. Make lists of the folders below.
notice-list-not-sent = The list could not be sent. Go back and try again.
notice-chats-out-of-reach = I cannot ask about your chats just now. Try again in a moment.
notice-not-admin-there = You do not run that chat any more. Choose another one.
notice-not-allowed-there = I may not send files there. Make me an admin who may post, or let me attach files, and try again.
notice-gone-there = That chat is not there any more. Choose another one.
notice-no-sending-here = Files themselves cannot be sent here. Take a link instead.
notice-transfer-cancelled = Cancelled.
notice-approval-over = There is nothing to approve any more.
notice-credential-left = The drive and its secrets are deleted here. What it was signed in with is still good at the service itself: withdraw it there.
notice-credential-ends-week = What this drive is signed in with ends in seven days. Sign in again before then; its settings stay.
notice-credential-ends-day = What this drive is signed in with ends in one day. Sign in again before then; its settings stay.
notice-transfer-over = This is not on its way any more.
notice-download-what = Send me what to fetch: a magnet, an info hash, an http, ed2k or PikPak:// address, several at once if you like.
notice-no-downloads = None of your drives can fetch links by itself now. Sign in to a PikPak account, or to yours in another way.
notice-download-over = This is over already. /tasks shows what there is.
notice-download-stopped = Cancelled. What has come already stays.
notice-upload-what = Send me files and they go into the folder you are in; or answer one with /upload.
notice-upload-joined = This goes along with the others.
notice-upload-over = This is over already.
notice-upload-queue-full = Enough of your files are waiting already. Send this again when they are through.
notice-upload-stopped = Cancelled. What is in the drive already stays.
notice-no-uploads = None of your drives takes files now. Sign in to a PikPak account, or to yours in another way.
notice-torrent-unreadable = This is no torrent that I can read, or it is larger than 5 MB. Send the magnet link instead, or answer the file with /upload to keep it as it is.
notice-torrent-v2-only = This torrent is of the second version alone, which drives do not fetch. Look for a hybrid one or for one of the first version, or answer the file with /upload to keep it as it is.
notice-no-drive-to-save = You have no drive that I could save to. Sign in to a PikPak account, in our private chat: /login
notice-save-busy = This is being saved already.
notice-save-stopped = Cancelled. Nothing was saved.
notice-save-too-late = The drive is copying it already. That cannot be stopped any more.
notice-save-over = This is over already.
notice-no-sharing-drive = None of your drives can make shares now. Sign in to a PikPak account, or to yours in another way.
notice-given-links-full = You have 200 such links. Take some back first: /links
notice-aria2-connected = Connected. 📡 under a link, or under what you have chosen, sends files there.
notice-push-stopped = Cancelled. What aria2 has already stays there.
notice-push-over = This is over already.
notice-tasks-none-failed = None of them has failed.
notice-no-hooks = Hooks need a public address of the bot, which its operator has not set up.
notice-hook-url = The url has to be one address that a drive can fetch: a magnet, http, https, ed2k or PikPak://. A link to a PikPak share is none.
notice-hook-folder = There is no such folder. It is a path from the top of the drive, as in Films/2026.
notice-hook-chat-closed = The person cannot be written to: they have to open the chat with the bot first.
notice-nothing-chosen = Nothing is chosen. Choose something first.
notice-too-many-at-once = That works with at most 100 entries at once. Choose fewer.
notice-selection-full = At most 1,000 entries can be chosen at once. Do something with these first.
notice-target-inside = That folder is one of those you chose, or lies in one. Choose another one.
notice-undo-over = This cannot be undone any more: it has been undone, or an hour has passed.
notice-undo-unclear = There are more entries of these names there than were copied, so nothing was undone. Look for the copies and put them into the trash.
notice-no-trash = None of your drives has a trash now. Sign in to an account, or to yours in another way.
notice-transfer-busy = This file is on its way here already.
notice-sent-privately = It comes to our private chat.
notice-private-chat-closed = I cannot write to you yet. Open our private chat, press Start, and try again.
notice-private-chat-busy = I cannot write to you just now. Try again in a minute.
notice-nothing-to-send = There are no files in it to send.
notice-transfer-queue-full = You have enough files waiting. Let some of them arrive first.
notice-links-revoked = Done. Links that were handed out until now do not work any more; new ones do.
notice-no-links-to-revoke = Links lead straight to the drive here, and I cannot take those back. They end by themselves.
notice-drive-signed-out = This drive is signed out, so nothing can be had of it. Sign in again under /mounts.
notice-fallback = Some files of this drive cannot be fetched straight from it, so they go through me. They may be slower. You can choose the way for all of them under /mounts.
notice-saved = Saved.
notice-unexpected = Something went wrong that nobody foresaw. Try again; if it stays, tell the operator the reference.
notice-store-unavailable = I cannot reach what I keep just now, so nothing was done. Try again in a minute; /help works meanwhile.
notice-store-unavailable-deleted = I cannot reach what I keep just now, so nothing was done. Your message may hold a secret: I deleted it. Type it again in a minute.
notice-store-unavailable-exposed = I cannot reach what I keep just now, so nothing was done. Your message may hold a secret, and I could not delete it: please do, and type it again in a minute.
notice-store-unavailable-unsure = I cannot reach what I keep just now, so nothing was done. If your message holds a password or a code, delete it from this chat. Try again in a minute; /help works meanwhile.

## Searching and sharing with groups: both chats

press-find = Find
press-stop-search = Stop
press-search-here = Only in { $folder }
press-search-everywhere = All my drives
press-search-drive = Search the whole drive
press-filters = Filter
press-unlend = Stop sharing
press-open-links = Links in the open
press-private-links = Links to the asker alone
command-search = Search the whole drive by name
command-bind = Share a drive with this group
command-unbind = Stop sharing a drive with this group
usage-search = Say what to look for: /search and then some words of the name. You may add kind:video or >1gb.
form-title-search-words = Search
field-search-words-words = What to look for
field-search-words-words-hint = Words of the name. You may add kind:video, kind:music, >1gb or <100mb.

search-running = { $folders ->
    [one] Looking… 1 folder, { $entries } entries so far.
   *[other] Looking… { $folders } folders, { $entries } entries so far.
}
search-looked = { $folders ->
    [one] Looked at this folder alone, { $entries } entries.
   *[other] Looked at { $folders } folders, { $entries } entries.
}
search-stopped = Stopped: not everything was looked at. Refresh to go on.
search-bounded = There is more here than one search looks at. Search in a folder further down.
search-nothing = Nothing fits. Try other or fewer words.
search-nothing-here = You can search the whole drive instead.
search-common = All in { $folders }
search-any-name = any name
search-where = { $row }. in { $folders }
search-found-so-far = { $count } found so far
search-found = { $count } found
search-found-more = more than { $count } found
search-all-drives = All my drives
search-ranked = best first
inline-homeless = Add a drive first
inline-nothing = Nothing known by this name. Search in our chat looks everywhere.

mounts-lent-title = Drives of this group
lend-choice = Which drive shall everybody here be able to use? You can narrow down who may do what afterwards.
lending-title = Shared with this group
lending-draft = Share with this group?
lending-draft-how = Nothing is shared yet. Choose what, and who may do what. For another folder: /bind and its path.
lend-drive = The whole drive
press-confirm-lend = Share
lending-how = Members can use /browse, /search and /link here. You can stop sharing at any time.
lending-daily = { $count ->
    [0] Links and files a day: as many as they like
   *[other] Links and files a day for each member: { $count }
}
lending-downloads = { $count ->
    [0] Downloads into it: off
   *[other] Downloads into it a day for all members together: { $count }. They use /download here.
}
downloads-off = off
lending-open = Links are shown to everybody here.
lending-private = Links are shown only to whoever asks for them.
capability-browse = Browse and search
capability-link = Take links
capability-send = Have files sent
audience-members = everybody
audience-admins = admins
audience-owner = only me
per-day = { $count } a day
minutes = { $count } min

place-settings-title = Settings of this group
place-own = as each has it
place-rows-own = Rows a page: as each has it
place-clear-never = What I show here stays.
place-clear = What I show here is removed after { $minutes } minutes.
place-private-links = Links are shown to the asker alone, whatever the owner of a drive allows.
place-open-links = Links may be shown to everybody where the owner of a drive allows it.

notice-favourites-full = You have as many favourites as there can be. Take some off with /favourites first.
notice-follow-what = I can follow a share by its link, and an RSS or Atom feed by its address: /follow https://… For a folder, open it and press 🔔.
notice-follows-full = You follow as much as you may. Take something off with /follow first.
notice-no-following = Nothing can be followed here.
notice-feed-brings-nothing = This feed has no magnets, torrents or files that a drive could fetch. Try another of the site's feeds.
notice-feed-unreachable = The feed cannot be reached. Check its address, or try again later.
notice-feed-forbidden = This address leads into a private network, where I do not go. Give a public one.
notice-feed-gone = There is no feed at this address. Look on its site for the one it has now.
notice-feed-refused = The feed's site refuses me. An address that wants no sign-in may work.
notice-feed-busy = The feed's site is too busy. Try again later.
notice-feed-too-large = The feed is larger than 2 MB. Many sites have smaller ones, for one series or category.
notice-feed-not-a-feed = What is at this address is no RSS or Atom feed. Copy the address behind the site's feed sign.
notice-too-many-entries = There are more than 5,000 entries here, too many to follow. Follow a folder in it instead.
notice-chat-closed = I cannot write in that chat any more. Add me to it again, then resume.
notice-search-stopped = Stopped. What was found stays.
notice-nothing-lent = No drive is shared with this group. Its admins can share one of theirs: /bind
notice-admins-only = Only those who run this group may do that.
notice-not-allowed-here = Whoever shared this drive does not allow that to everybody here.
notice-daily-spent = You have had as many links and files from this drive as you may have today. It is counted anew tomorrow.
notice-downloads-spent = This drive has not so many downloads left for everybody here today. They are counted anew at midnight UTC.
notice-taken-back = It is not shared any more, and links given out have ended.
notice-nothing-to-lend = You have no drive to share. Add one in our private chat first.
notice-groups-only = This is for groups. Add me to one, and use it there.

## Signing in: ways and approvals (both chats)

sign-in-ways = How would you like to sign in?
approval-how = Open the page, compare the code, and approve it:
approval-about = You can withdraw the approval there at any time.
approval-waiting = Waiting for your approval. The code is good until { $date }.
approval-how-browser = Open the page and agree there. Your browser comes back here by itself, and so does the drive.
approval-waiting-browser = Waiting for you. The page is good until { $date }.
approval-denied = It was denied, so nothing was connected.
approval-over = The time has run out.
approval-cancelled = Cancelled. Nothing was connected.

## Drives: names, cards, lists (both chats)

drive-title = { $whose }'s { $drive }
press-download-named = Download with its name
press-send-as-file = Send it as a file
link-named = ⬇️ Download with its name: { $url }
link-via-redirect = It starts at this bot's address, and the bytes come straight from the drive.
list-via-redirect = They start at this bot's address, and the bytes come straight from the drive.
link-first-part = Of this file the drive gives only the first part from a share. Save it to your own drive for the whole.
file-no-original = The drive does not give the original of this file; the versions can be had.
press-ask-root = Root folder
form-title-root-folder = Where the drive begins
question-revoke-links = Take back every link that was given out until now? None of them will work again; new ones can be had at once.
press-confirm-revoke-links = Yes, take them back
press-dismiss-revoke-links = No, let them work
question-revoke-shared = Take this share back? Its link opens nothing any more, for nobody. The files stay on your drive.
press-confirm-revoke-shared = Yes, take it back
press-dismiss-revoke-shared = No, let it work
question-deliver = { $count ->
    [one] Send 1 file there? Everybody in that chat will see it.
   *[other] Send { $count } files there? Everybody in that chat will see them.
}
press-confirm-deliver = Yes, send
press-dismiss-deliver = No
question-take-back-link = Take this link back? It opens nothing any more, for nobody. The file stays on your drive.
press-confirm-take-back-link = Yes, take it back
press-dismiss-take-back-link = No, let it work
press-list-part = Part { $part }
list-part = Part { $part }
list-more = There is more than one list may hold, which is { $files } files from { $folders } folders. The next part has the rest.
dialogue-page-span = Safer: enter it in the browser. The page works once, for { $time }.
link-expires = Works until { $date } ({ $time } from now).
list-expires = The links work until { $date } ({ $time } from now).
inline-whose = From the drive { $drive }. The button works for its owner, and for those it is shared with.
inline-with-link = with a link for whoever reads it
inline-linked = The link works for { $time }.
mount-login = Signed in as: { $login }
mount-account = Account: { $account }
mount-until = The sign-in is good until { $date }.
mount-permissions = It may: { $names }
notice-code-private = A share with a pass code is for whoever has the code: open it in our private chat, or let this group use it with /bind.
page-unavailable-operator = For the operator: set PUBLIC_URL to an address of this bot that people can reach, and there is a page here.

## Operators

command-admin = Operators: numbers, people, access, drives, broadcast
press-maintenance-begin = Close for maintenance
press-maintenance-end = Open again
press-find-person = Find
press-admit = Admit
press-expel = Take the admission back
press-ban = Ban
press-unban = Lift the ban
press-ask-quota = Bytes a day
press-invite = New invitation
press-copy-invitation = Copy the invitation
press-withdraw-invitations = Withdraw unused invitations
press-compose-broadcast = Write a broadcast
press-stop-broadcast = Stop
press-about-state = Backup
press-confirm-broadcast = Yes, send it
press-dismiss-broadcast = No, do not send it
press-revoke-every-link = Take back every link
press-confirm-revoke-every-link = Yes, take back every link
press-dismiss-revoke-every-link = No, let them work

admin-room-panel = Operators
admin-room-people = People and groups
admin-room-access = Access
admin-room-admin-mounts = Everybody's drives
admin-room-broadcast = Broadcast
admin-room-audit = Audit log
admin-closed = Closed for maintenance since { $date }.
admin-people = People: { $people }, groups: { $groups }
admin-mounts-count = Drives: { $count }, failing: { $failing }
admin-links = Links given: { $count }; sent through the gateway: { $size }
admin-calls = Requests to the drives: { $count }; pauses they asked for: { $pauses }
admin-access = Access: { $mode }
admin-version = Version: { $version }
admin-log-level = Log level: { $level }
admin-errors = What failed, by code:
admin-filter = Only ids with: { $words }
admin-nobody = There is nobody here.
admin-never-seen = never seen
admin-seen = Last seen { $date }
admin-owns = Drives: { $count }
admin-used = Through the gateway today: { $used }, no limit
admin-used-of = Through the gateway today: { $used } of { $quota }
admin-admitted = Admitted people and groups: { $count }
admin-invitations = Unused invitations: { $count }
admin-invitation = For one person, until { $date }. It is shown this once.
admin-invitation-group = In a group, /start { $code } admits the whole group.
admin-no-mounts = There is no drive here.
access-open = open
access-allowlist = only the admitted
access-open-meaning = Everybody may use the bot, but for the banned.
access-allowlist-meaning = Only admitted people, and people in admitted groups, may use the bot.
standing-usual = as everybody
standing-admitted = admitted
standing-banned = banned
standing-operator = operator
broadcast-never = Nothing has been sent to everybody yet.
broadcast-running = Under way since { $date }.
broadcast-stopped = Stopped { $date }.
broadcast-done = Done { $date }.
broadcast-progress = { $done } of { $total } ({ $share })
broadcast-sent = Sent: { $count }
broadcast-gone = Bot blocked or chat closed: { $count }
broadcast-failed = Not known to have arrived: { $count }
question-broadcast = { $count ->
    [one] Send this to one chat?
   *[other] Send this to { $count } chats?
}
question-revoke-every-link = Take back every link to the gateway that anybody was given? None of them will work again; new ones can be had at once. Downloads under way go on.
form-title-find-person = Find a person or a group
field-find-person-who = Id
field-find-person-who-hint = An ID like telegram:1001 or discord:2002, of a group telegram:-1001, or a part of one.
form-title-quota = Bytes a day through the gateway
field-quota-gigabytes = Gigabytes a day
field-quota-gigabytes-hint = A number like 5 or 0.5. Skip it for no limit.
form-title-broadcast-text = A word to everybody
field-broadcast-text-text = Text
field-broadcast-text-text-hint = At most 1,900 characters. You see it once more before it is sent.
problem-not-a-number = That is not a number. It looks like 5 or 0.5.
audit-empty = Nothing has been done yet.
audit-admit = admitted
audit-expel = admission taken back
audit-ban = banned
audit-unban = ban lifted
audit-quota = bytes a day set
audit-access = access set
audit-invite = invitation made
audit-withdraw-invitations = invitations withdrawn
audit-redeem = invitation used
audit-operator = became an operator by the first code
audit-maintenance = maintenance
audit-log-level = log level set
audit-check-mount = drive checked
audit-broadcast = broadcast begun
audit-stop-broadcast = broadcast stopped
audit-revoke-every-link = every link taken back
notice-banned = You cannot use this bot. If you think that is a mistake, ask its operator.
notice-maintenance = The bot is being worked on and will be back soon. Nothing of yours is lost; please try again later.
notice-admitted = Welcome, you are let in. See /help for what can be done here.
notice-code-void = This code has been used, withdrawn, or has expired. Ask for a new one.
notice-operator-made = You are an operator now. See /admin.
notice-operator-stays = This operator cannot be banned from here.
notice-unknown-command = I do not know this command. See /help for those there are.
notice-admin-usage = /admin, or with: people, find WORDS, admit ID, expel ID, ban ID, unban ID, quota ID GIGABYTES or none, access open or allowlist, invite, mounts, broadcast TEXT, maintenance on or off, log LEVEL, revoke (every link), audit, state.
notice-every-link-revoked = Done. No link to the gateway from before works any more, whoever has it; new ones do.
notice-state-by-shell = In a shell beside the bot: npm run state -- export FILE, or import FILE. Secrets stay encrypted in the file.
notice-broadcast-running = A broadcast is under way. Stop it, or wait until it is done.
notice-broadcast-none = No broadcast is under way.
notice-broadcast-nobody = There is no chat it could be sent to.

## Telegram only

dialogue-secret = I delete your message at once, but Telegram has seen it. The page in the browser keeps it out of Telegram.
dialogue-secret-no-page = I delete your message at once, but Telegram has seen it.
dialogue-secret-undeleted = I could not delete your message. Please delete it yourself.
dialogue-not-text = Please answer with text, or press a button below.
dialogue-asked-again = My question did not reach you before. What you just sent was not used as its answer.
dialogue-instead = Use instead: { $field }
dialogue-over = This dialogue is over. Start again with the command.
dialogue-elsewhere = This dialogue was started by somebody else.
dialogue-edited = I do not read an answer that was changed afterwards. To change it, cancel and start again.
private-open = Open in private
private-here = This is for you alone; open it in our private chat.
private-sent = I sent it to you in our private chat.
ephemeral-waiting = One moment, this comes for you alone…
not-text = I can do nothing with this. Send me a PikPak share link, words to search for, or a file for your drive; or see /help.
usage-link = Say which file: /link and then its path or some words of its name.
usage-get = Say which file: /get and then its path or some words of its name.
anonymous-admin = I cannot tell who you are while you are anonymous. Turn off "Remain anonymous" among your admin rights and say it again, or use our private chat.

## Discord only

approval-picture = A QR code of the approval page, for a phone

# Names of commands and of their options, as Discord takes them: lower case, no spaces, at most 32 characters.
slash-start = start
slash-help = help
slash-login = login
slash-login-drive = drive
slash-login-drive-hint = A drive of yours to sign in to again
slash-start-code = code
slash-start-code-hint = An invitation, if you have one
slash-share = share
slash-share-link = link
slash-share-link-hint = The share's address or ID
slash-share-code = code
slash-share-code-hint = Its pass code, if it has one
slash-mounts = mounts
slash-browse = browse
slash-browse-path = path
slash-browse-path-hint = A path in the current drive
slash-link = link
slash-link-file = file
slash-link-file-hint = The file's path, or words of its name
slash-get = get
slash-get-file = file
slash-get-file-hint = The file's path, or words of its name
slash-download = download
slash-download-links = links
slash-download-links-hint = Magnets, info hashes, http, ed2k or PikPak:// addresses
slash-download-file = file
slash-download-file-hint = A .torrent file
slash-upload = upload
slash-upload-file = file
slash-upload-file-hint = A file for the folder you are in
slash-upload-second = second
slash-upload-second-hint = Another one
slash-upload-third = third
slash-upload-third-hint = And another one
slash-tasks = tasks
slash-shares = shares
slash-links = links
slash-trash = trash
slash-favourites = favourites
slash-follow = follow
slash-follow-what = what
slash-follow-what-hint = A share's link or the address of an RSS or Atom feed; nothing: what is followed
slash-settings = settings
slash-cancel = cancel
slash-logout = logout
slash-forget = forget
slash-search = search
slash-search-words = words
slash-search-words-hint = Words of the name; kind:video or >1gb narrow it down
slash-bind = bind
slash-bind-folder = folder
slash-bind-folder-hint = Only this folder of the current drive
slash-unbind = unbind
slash-server = server
slash-admin = admin
slash-admin-act = act
slash-admin-act-hint = What to do; left out, the panel opens
slash-admin-act-numbers = numbers
slash-admin-act-people = people
slash-admin-act-admit = admit
slash-admin-act-expel = expel
slash-admin-act-ban = ban
slash-admin-act-unban = unban
slash-admin-act-quota = quota
slash-admin-act-access = access
slash-admin-act-invite = invite
slash-admin-act-mounts = mounts
slash-admin-act-broadcast = broadcast
slash-admin-act-maintenance = maintenance
slash-admin-act-log = log
slash-admin-act-revoke = revoke
slash-admin-act-audit = audit
slash-admin-act-state = state
slash-admin-with = with
slash-admin-with-hint = Whom or what it is about: an ID, a number, a text
command-server = How I do in this server: language, order, removal, links
# What is said otherwise on a server than in a group: the key with -server behind it.
command-bind-server = Share a drive with this server
command-unbind-server = Stop sharing a drive with this server
mounts-lent-title-server = Drives of this server
lending-title-server = Shared with this server
lending-draft-server = Share with this server?
place-settings-title-server = Settings of this server
press-send-privately-server = Send to me alone
notice-sent-privately-server = It comes to our direct messages.
notice-private-chat-closed-server = I cannot send you direct messages. Allow them in your privacy settings for this server, and try again.
notice-nothing-lent-server = No drive is shared with this server. Its admins can share one of theirs: /bind
notice-admins-only-server = Only those who run this server may do that.
notice-nothing-to-lend-server = You have no drive to share. Add one first: /login
notice-groups-only-server = This is for servers. Add me to one, and use it there.
notice-code-private-server = A share with a pass code is for whoever has the code: open it in our direct messages, or let this server use it with /bind.
notice-private-only-server = This is for our direct messages; use it there.
notice-no-drive-to-save-server = You have no drive that I could save to. Sign in to a PikPak account, in our direct messages: /login

# The command in a message's own menu; it may have spaces.
menu-open-share = Open PikPak share

press-fill-in = Fill in
press-go-on = I have sent it
press-post-here = Post here
press-fresh-list = Open a fresh list
choose-entry = Open…
choose-mount = Show a drive…
choose-language = Language…

help-menu = A share link in somebody's message opens by the message's own menu: Apps, then { $command }.
help-alone = What I answer is seen by you alone, until you post it.
page-instead-of-chat = Passwords and tokens do not belong in Discord. Enter them on this page in your browser; it is yours alone, works once, and is open until { $date }.
page-not-sent = Nothing has come from the page yet. Send it off there first; it is still open.
page-unavailable = Passwords and tokens do not belong in Discord, and this bot has no address of its own where you could enter them. Where the drive offers an approval, choose that: it needs no page. Else its operator can add your account from the shell: npm run account -- add. Shares need no password: /share opens them here.
form-over = This form is over. Start again with the command.
post-not-here = I may not post here.
link-in-file = The address is too long for a message, so it is in the file.

## Gateway: pages and refusals

gateway-bad-ticket-title = This link is not valid
gateway-bad-ticket-text = The address is incomplete or was changed. Copy the whole link again, or ask the bot for a new one.
gateway-expired-title = This link has ended
gateway-expired-text = Links work for a limited time, and this one is over. Ask the bot for a new one.
gateway-vanished-title = The file is not there any more
gateway-vanished-text = It was moved or deleted on the drive, or the share it came from has ended.
gateway-blocked-title = This file cannot be downloaded
gateway-blocked-text = The drive has blocked it, so nobody can download it.
gateway-too-many-title = Too much at once
gateway-too-many-text = More was asked for than one person may have at a time. Let some downloads finish, then try again.
gateway-upstream-title = The drive does not deliver
gateway-upstream-text = The drive answered with a failure of its own. Try again in a while.
gateway-busy-title = Please wait a moment
gateway-busy-text = There is too much to do just now. Try again in a moment.
gateway-no-page-title = There is nothing here
gateway-no-page-text = This address leads nowhere. Links come from the bot in your chat.
gateway-no-hook-title = This hook is not valid
gateway-no-hook-text = There is no such hook, or not any more. Its person can make a new one in the bot's settings.
gateway-wrong-method-title = This cannot be done here
gateway-wrong-method-text = This address does not take that kind of request.
gateway-page-over-title = This page is over
gateway-page-over-text = It was used already, or its time has run out. Ask the bot in your chat for a new one.
gateway-page-busy-title = One moment
gateway-page-busy-text = Your answers are already being looked at. Wait for the result.
gateway-page-foreign-title = This was not sent from our page
gateway-page-foreign-text = Nothing was done. Open the page from your chat again and fill it in there.
gateway-bad-request-title = This request cannot be read
gateway-bad-request-text = It is not in the form that belongs here, or it is too large.
gateway-unexpected-title = Something went wrong
gateway-unexpected-text = Nobody foresaw this. Try again; if it stays, tell the operator the reference.
gateway-retry = Try again in { $seconds ->
    [one] 1 second
   *[other] { $seconds } seconds
}.
gateway-reference = Reference for the operator: { $reference }
gateway-preview-title = A file from a drive
password-title = This link asks for a password
password-text = Whoever gave you the link knows it.
password-label = Password
password-send = Open
password-wrong = That is not the password.
password-program = This link asks for a password: send it as HTTP Basic, with any user name.

page-title-verification = Confirm that it is you who signs in
page-bot = The bot
page-why = { $bot } asks for this to open your drive in your chat.
page-why-open-link = { $bot } asks for this to open the share in your chat.
page-why-verification = The drive wants to know that a person signs in before { $bot } may open it.
page-why-link-password = { $bot } asks for the password that your link is to ask for.
page-why-aria2 = { $bot } asks for this to send files to your aria2.
page-intro = This page is for { $person } alone; give its address to nobody.
page-intro-place = This page is for { $person } alone, asked for in { $place }; give its address to nobody.
page-instead = More options
page-optional = (may be left empty)
page-send = Send
page-approval = When you have approved it, your drive opens in the chat.
page-safety = What you enter goes to the bot alone, not through the chat. This page works once, for { $minutes ->
    [one] 1 more minute
   *[other] { $minutes } more minutes
}.
page-failed = That did not work. Check your answers and try again.
page-verify = Open the verification page
page-done-title = Signed in
page-done-title-open-link = The share is open
page-done-title-link-password = The link asks for it now
page-done-title-aria2 = aria2 is connected
page-done-text = Your files are there. You can close this page and go back to your chat.
page-done-text-link-password = You can close this page and go back to your chat.
page-done-text-aria2 = You can close this page and go back to your chat.
page-failed-title = That did not work
page-failed-text = This page is over. Ask the bot in your chat for a new one.
page-over-title = This page is over
page-over-text = There were too many tries. Ask the bot in your chat for a new page.
return-done-title = Done
return-done-text = You can close this page. Your drive is open in the chat.
return-denied-title = Nothing was connected
return-denied-text = You did not agree. You can close this page and start again in the chat.
return-failed-title = That did not work
return-failed-text = The chat says why, and what else you can do.
return-over-title = This page is over
return-over-text = It works once, and for ten minutes. Start again in the chat.

watch-download = Download
watch-open-in = Open in a player
watch-commands = Download on the command line
watch-copy = Copy
watch-copied = Copied
watch-until = These addresses work until { $until }. Whoever has them can download the file.
watch-no-play = No picture or sound? Not every browser plays every format; a player below does.
watch-no-media = This kind of file does not play in a browser. Download it instead.
watch-renditions = Versions
watch-original = Original
