### 简体中文。各部分与 en.ftl 相同。

language-name = 简体中文

# How two sentences, and a label with its value, are put together.
two-sentences = { $first }{ $second }
label-and-value = { $label }：{ $value }

## Screens: what both chats say (renderers of telegram/ and discord/)

# Buttons. The sign before them is the renderer's.
press-add-account = 登录账号
press-add-share = 打开分享
press-mounts = 我的网盘
press-favourites = 收藏和最近访问
press-add-favourite = 收藏
press-remove-favourite = 取消收藏
press-edit-favourites = 整理收藏
press-done-editing = 完成
press-up = 上一级
press-refresh = 刷新
press-previous = 上一页
press-next = 下一页
press-sort-name = 名称
press-sort-size = 大小
press-sort-modified = 日期
press-back = 返回
press-link = 获取链接
press-link-original = 原文件
press-open-link = 打开链接
press-send = 发到聊天
press-save = 转存
press-share-out = 分享
press-shared-links = 我的分享
press-make-shared = 创建分享链接
press-shared-coded = 需要提取码
press-shared-open = 无需提取码
press-revoke-shared = 取消分享
press-list-folder = 导出链接
press-revoke-links = 让此网盘的链接失效
press-revoke-all-links = 让我的全部链接失效
press-copy = 复制链接
press-watch = 在浏览器中播放
press-previous-file = 上一个
press-next-file = 下一个
press-top = 根目录
link-watch = 📺 在浏览器中播放：{ $url }
press-open-mount = 打开
press-choose-mount = 设为当前
press-rename-mount = 重命名
press-check-mount = 检查
press-renew-mount = 重新登录
press-remove-mount = 移除
press-confirm-remove-mount = 是的，移除
press-confirm-other-account = 是，更换账号
press-confirm-forget = 是的，全部删除
press-dismiss-remove-mount = 不，保留
press-dismiss-other-account = 否，保留原账号
press-dismiss-forget = 不，保留
press-retry = 重试
press-tasks = 下载任务
press-folder = 文件夹
press-open-task = 打开
press-cancel-task = 取消，保留文件
press-delete-task = 取消并删除文件
press-forget-task = 移出列表
press-forget-task-files = 移出列表并删除文件
press-retry-tasks = 重试全部失败任务
press-clear-tasks = 清除已结束任务
press-cancel = 取消
press-approve = 打开授权页面
press-approve-again = 重新开始
press-show-ways = 其他登录方式
press-skip = 跳过
press-page = 在浏览器中填写
press-verify = 打开验证页面

# Commands: what the platform lists, at most 100 characters.
command-start = 开始使用
command-help = 我在这里能做什么
command-login = 登录 PikPak 账号
command-share = 打开 PikPak 分享链接
command-mounts = 我的网盘：打开、重命名、检查、移除
command-browse = 浏览当前网盘，或其中的某个路径
command-link = 获取某个文件的下载链接
command-get = 把文件发到当前聊天
command-download = 让网盘离线下载磁力链接或网址
command-tasks = 离线下载任务：重试、取消、清理
command-shares = 我创建的分享：链接、提取码、取消分享
command-trash = 回收站：还原、删除、清空
command-favourites = 收藏和最近访问的文件夹
command-settings = 语言、每页行数、排序、下载方式
command-cancel = 取消当前操作
command-logout = 移除网盘及登录信息
command-forget = 清除我的全部数据

bot-description = 在聊天里使用你的网盘：浏览文件夹、搜索、获取下载链接、在线观看，或把文件直接发到聊天。点击“开始”登录账号，或打开分享链接。
bot-about = 在 Telegram 里使用你的网盘和分享。
welcome-title = 你好！我可以在聊天里打开网盘和分享。
welcome-ways = 有两种方式：登录你自己的账号，或者打开别人给你的分享链接。
welcome-mounts = 你在这里已有 { $count } 个网盘。

help-title = 我能做什么
help-private = 也可以直接粘贴 PikPak 分享链接，我会立刻打开；磁力等链接会离线下载到当前文件夹；直接发送文件名中的几个词即可搜索。
help-group = 共享给本群的网盘可以用 /browse 和 /search 查看，链接只会显示给你一个人。登录和你自己的网盘请在与我的私聊中进行。
help-admin = 你是本机器人的管理员。

listing-entries = { $count } 项
listing-reading = 已读取 { $count } 项…
listing-page = 第 { $page } 页
listing-order-up = 按{ $by } ↑
listing-order-down = 按{ $by } ↓
order-name = 名称
order-size = 大小
order-modified = 日期
listing-empty = 这个文件夹是空的。
listing-failed = 文件夹的其余部分未能读取。
listing-list-changed = 列表有变动，已显示最新内容。
listing-undone = 已撤销，恢复为之前的状态。
listing-part-gone = 链接指向的内容已不存在，已打开整个分享。

kind-folder = 文件夹
kind-video = 视频
kind-audio = 音频
kind-image = 图片
kind-archive = 压缩包
kind-document = 文档
kind-file = 文件
file-size-unknown = 大小未知
file-duration = 时长：{ $time }
file-modified = 修改时间：{ $date }
file-variants = 720P、480P 等是转码后的较小版本，不是原文件。

listing-filter = 只显示名称包含“{ $words }”的
link-title = 下载链接
link-variant = 版本：{ $name }
link-lifetime-unknown = 链接只在一段时间内有效，失效后请重新获取。
link-via-direct = 网盘直链。
link-via-gateway = 通过本机器人的地址下载。
link-via-proxy-url = 通过下载代理下载。
link-secret = 任何拿到链接的人都能下载这个文件。

transfer-queued = 正在排队，排在第 { $place } 位。
transfer-sizes = { $done } / { $total }
transfer-speed = { $speed }/秒
transfer-left = 剩余 { $time }
transfer-landing = 已全部上传，聊天平台正在处理…
transfer-done = 已发送，用时 { $time }。
transfer-cancelled = 已取消，文件没有发送。
transfer-interrupted = 文件还没发完，我就重启了。要重新发送吗？
transfer-limit = 这里最多可以发送 { $size }，链接则没有限制。
transfer-failed-refused = 聊天平台没有接受这个文件。请重试，或改用链接。
transfer-failed-forbidden = 我没有权限在这里发送文件。请联系这个聊天的管理者，或改用链接。
transfer-failed-too-large = 这个文件太大，无法发送到这里。请改用链接。
transfer-failed-too-slow = 聊天平台等待上传的时间有限，这个文件上传太慢。请改用链接。
transfer-failed-waited = 排队时间过长，聊天平台不再等待这个文件。请重试，或改用链接。
transfer-failed-stalled = 传输停滞数分钟，已停止。请重试，或改用链接。
transfer-failed-empty = 这是一个空文件，空文件无法发送。

download-title-over = 离线下载
download-title = 正在离线下载 { $count } 个任务
download-summary = 已完成 { $done }/{ $total }
download-summary-failed = 已完成 { $done }/{ $total }，失败 { $failed } 个
download-waiting = 排队中
download-still = 已有 { $time }没有进展
download-gone = 任务已在 PikPak 中被移除。
download-cancelled = 已取消
download-entry-gone = 文件已不在网盘中。
download-more = 还有 { $count } 个
download-left = 还有 { $count } 个链接未下载，请再发一次。
download-lost = 我已不再跟踪这些任务，进度请用 /tasks 查看。
save-waiting = 准备转存到你的网盘…
save-sent = 网盘正在转存，无法再取消。
save-done = { $count ->
    [1] 已转存到你的网盘。
   *[other] 已转存 { $count } 项到你的网盘。
}
save-present = { $count ->
    [1] 你的网盘里已有这个文件，无需再次转存。
   *[other] 这 { $count } 项已在你的网盘中，无需再次转存。
}
save-cancelled = 已取消，没有转存任何内容。
save-lost = 转存结果未知。请先查看目标文件夹，再决定是否重试。
save-target-gone = 目标文件夹已不存在。重试将转存到网盘根目录。
share-out-title = 分享
share-out-coded = 任何拿到链接和提取码的人都可以打开并转存。
share-out-open = 任何拿到链接的人都可以打开并转存。
shared-title = 我的分享
shared-none = 还没有分享。请在网盘的文件或文件夹下点 📤。
shared-total = 共 { $count } 个分享
shared-cut = 更早的分享未显示。
shared-made = 分享链接已创建。
shared-revoked = 已取消分享，链接已失效。
shared-code = 提取码
shared-text = { $url } 提取码：{ $code }
shared-no-end = 长期有效，可随时取消分享。
shared-counts = 浏览 { $views } 次，转存 { $saves } 次
shared-for-ever = 永久
shared-days = { $count } 天
tasks-title = 离线下载
tasks-none = 没有下载任务。发给我磁力链接，或使用 /download。
tasks-total = 进行中 { $running } 个，失败 { $failed } 个，已完成 { $done } 个
choose-task = 选择任务
choose-shared = 选择分享
press-tidy = 更多
press-enter = 打开
press-new-folder = 新建文件夹
press-rename-entry = 重命名
press-move-entries = 移动
press-copy-entries = 复制
press-trash-entries = 移到回收站
press-select = 多选
press-show-trash = 回收站
press-undo = 撤销
press-open-changed = 打开文件夹
press-tidy-selection = 已选 { $count } 项
press-pick-page = 选择本页
press-pick-all = 选择整个文件夹
press-unpick = 取消选择
press-here-move = 移动到这里
press-here-copy = 复制到这里
press-restore-entries = 还原
press-delete-entries = 彻底删除
press-empty-trash = 清空回收站
press-confirm-delete-entries = 是，彻底删除
press-dismiss-delete-entries = 否，保留
press-confirm-empty-trash = 是，清空
press-dismiss-empty-trash = 否，保留

sum-files = { $count } 个文件
sum-folders = { $count } 个文件夹
tidy-what = 请选择操作。
tidy-chosen = 已选：{ $sum }
select-how = 请选择文件和文件夹。翻页或进入其他文件夹后，已选内容会保留。
choose-picked = 选择或取消选择
choose-folder = 打开文件夹
choose-target = 选择文件夹
target-move = 移动到哪里？
target-copy = 复制到哪里？
target-no-folders = 这里没有文件夹。
target-recent = 📂 是最近用过的文件夹，点一下即可直接放入。
did-made = 文件夹已创建。
did-renamed = 已重命名。
did-moved = { $count ->
    [1] 已移动。
   *[other] 已移动 { $count } 项。
}
did-copied = { $count ->
    [1] 已复制。
   *[other] 已复制 { $count } 项。
}
did-trashed = { $count ->
    [1] 已移到回收站。
   *[other] 已将 { $count } 项移到回收站。
}
did-restored = { $count ->
    [1] 已还原。
   *[other] 已还原 { $count } 项。
}
did-before = 原名称：{ $name }
did-clashes = 有 { $count } 项与目标文件夹中的名称相同，网盘已自动添加编号。
did-left = 有 { $count } 项未能处理，保持原样。
trash-title = 回收站
trash-empty = 回收站是空的。
trash-how = 选择要还原或删除的内容
trash-undone = 已撤销。
trash-deleted = 已彻底删除。
trash-emptied = 回收站已清空。

list-title = 导出链接
list-about = 包括这里和下级文件夹中的所有文件，最多 { $files } 个文件、{ $folders } 个文件夹。要哪种格式？
list-format-m3u8 = 播放列表（m3u8）：视频和音乐
list-format-aria2 = aria2 输入文件
list-format-plain = 纯链接，每行一个
list-reading = 目前已读取：{ $folders } 个文件夹，{ $files } 个文件
list-links = 已生成链接：{ $count }
list-ready = 列表中共有 { $count } 个链接。
list-left-out = 有 { $count } 个文件未列入：没有链接，或不适合这种列表。
list-failed = 其余部分未能读取。
list-via-direct = 均为网盘直链。
list-via-gateway = 通过本机器人的地址下载。
list-via-proxy-url = 通过下载代理下载。
list-secret = 任何拿到列表的人都能下载这些文件。
mount-method-lapsed = 原来选择的“{ $method }”现在不可用：管理员停用了它所需要的功能。

mounts-title = 你的网盘
mounts-none = 你还没有添加网盘。
mounts-recent = 最近打开的分享
favourites-title = 收藏
favourites-recent = 最近访问的文件夹
favourites-none = 还没有收藏。打开自己网盘的文件夹后按 ⭐ 即可收藏。
favourites-editing = 选择要取消收藏的文件夹，文件夹本身不会删除。
choose-dropped = 取消收藏…
mounts-opened-title = 已打开 { $count } 个分享
mounts-opened-left = 还有 { $count } 个链接未打开，请再发一次。
mount-current = 当前
mount-quota = 已用 { $used }，共 { $limit }，剩余 { $free }
mount-quota-unlimited = 已用 { $used }
mount-quota-trashed = 其中回收站 { $size }
mount-plan = 套餐：{ $plan }
mount-tasks-left = 离线下载次数：剩余 { $left } 次，共 { $limit } 次
mount-transfer-offline = 本月离线下载流量：剩余 { $left }，共 { $limit }
mount-transfer-download = 本月下载流量：剩余 { $left }，共 { $limit }
mount-transfer-upload = 本月上传流量：剩余 { $left }，共 { $limit }
mount-transfer-download-day = 今日下载流量：剩余 { $left }，共 { $limit }
mount-method = 下载方式：{ $method }
mount-method-usual = { $method }（默认）
method-redirect = 网盘直链
method-proxy = 机器人中转
method-proxy-url = 下载代理
health-working = 正常（自 { $date } 起）
health-failing = 自 { $date } 起出现故障
driver-memory = 演示网盘
form-title-memory = 打开演示网盘

settings-title = 设置
settings-language = 语言：{ $language }
settings-rows = 每页行数：{ $rows }
settings-order = 排序：{ $order }

question-remove-mount = 要从这里移除这个网盘及其登录信息吗？网盘里的内容不受影响。
question-other-account = 你提供的登录信息属于另一个账号。要让这个网盘改用那个账号吗？
question-delete-entries = 要彻底删除这 { $count } 项吗？删除后无法恢复。
question-empty-trash = 要清空回收站吗？其中的内容将彻底删除，无法恢复。
question-frees = 将释放 { $size }。
question-forget = 要删除这里保存的关于你的一切（网盘、登录信息、设置、打开的列表）吗？网盘里的内容不受影响。

retry-after = 请在 { $time }后重试。
notice-reference = 给管理员的参考编号：{ $reference }

## Forms: fields, hints, problems

form-title-verification = 确认你是真人
form-title-account-kind = 登录
form-title-any-link = 打开分享
field-account-kind-driver = 登录哪种账号？
field-any-link-link = 分享链接
field-any-link-link-hint = 粘贴收到的完整地址。
form-title-mount-title = 重命名网盘

field-mount-title-title = 新名称
field-mount-title-title-hint = 网盘在这里的名称，不影响网盘本身。
field-memory-tree = 目录树
field-memory-tree-hint = 要打开哪个演示网盘。

problem-required = 此项必填。
form-title-page-number = 跳转到页
field-page-number-page = 跳到第几页？
field-page-number-page-hint = 输入页码。
form-title-folder-name = 新建文件夹
field-folder-name-name = 文件夹名称
form-title-entry-name = 重命名
field-entry-name-name = 新名称
field-entry-name-name-hint = 请保留扩展名，例如 film.mkv。
problem-too-long = 内容太长，请缩短后重新发送。
problem-not-a-share = 这不是我能打开的分享链接。
problem-not-a-folder-id = 这不是文件夹。请发送文件夹的 ID、它在浏览器中的地址，或 root。
problem-not-a-choice = 请从给出的选项中选择。
problem-not-a-verification = 里面没有验证结果。请先完成页面上的验证，再发送最终停留页面的完整地址。
problem-empty-name = 名称至少要有一个可见字符。

## Errors: error-<storage error code>

error-not-found = 文件不存在，可能已被移动或删除。请返回上一级并刷新。
error-trashed = 文件在回收站中。请先在网盘中恢复。
error-not-a-file = 这是文件夹，只有文件才有链接。请打开它再选择文件。
error-not-a-folder = 这是文件，不是文件夹。请打开它所在的文件夹。
error-no-link = 网盘没有给出这个文件的下载链接。请稍后再试，或选择其他版本（如果有）。
error-gateway-needed = 这需要机器人有公开地址，而管理员尚未设置。
error-blocked = 网盘已封禁这个文件，任何人都无法下载。
error-still-processing = 网盘仍在准备这个文件，请几分钟后再试。
error-variant-gone = 这个版本已不再提供。请选择原文件，或重新打开文件看看有哪些版本。
error-permission-denied = 网盘不允许这个账号执行此操作。请确认这是谁的文件夹。
error-bad-argument = 网盘拒绝了这个请求。请返回并刷新后再试；如果仍然如此，请告诉管理员。
error-unsupported = 这个网盘不支持此操作。
error-wrong-credentials = 用户名或密码不正确。
error-sign-in-refused = 网盘目前拒绝从这里登录。请过一段时间再试。
error-signed-out = 网盘已退出登录：令牌被其他程序使用过或已失效。请重新登录。
error-verification-needed = 网盘需要确认你是真人。请打开验证页面完成验证，然后回到这里继续。
error-captcha-rejected = 网盘没有接受这次验证，请一分钟后再试。
error-account-suspended = 这个账号已被停用，只有网盘客服能够解除。
error-proxy-full = 机器人中转流量已达上限，或今天的额度已用完。请稍后再试，或改用链接。
error-too-frequent = 请求过于频繁，已被网盘限制。请稍候再试。
error-risk-limited = 这个账号因安全原因受到限制。请过几个小时再试。
error-daily-limit = 这个账号今天的额度已用完，明天重新计算。
error-task-limit = 任务数已达到这个账号的上限。请先完成或移除一些。
error-too-many-items = 一次选择的太多，请少选一些。
error-no-space = 网盘已满。请腾出空间或清空回收站。
error-name-taken = 这里已有同名内容，请换一个名称。
error-still-moving = 网盘正在移动这个文件，请稍后再试。
error-same-folder = 它已经在这个文件夹里了，请选择其他文件夹。
error-own-share = 这是你自己的分享，文件已经在你的网盘里。
error-task-refused = 网盘没有接受这个下载任务。请检查地址，或换一个。
error-name-refused = 网盘不接受这个名称，请换一个。
error-source-unsupported = 网盘不支持这种链接。可以用磁力链接、http(s)、ed2k 和 PikPak:// 地址。
error-source-dead = 网盘没有从这个链接找到内容。请检查链接，或换一个。
error-content-refused = 网盘拒绝了这个内容，可以换一个来源试试。
error-download-failed = 网盘没能下载成功。请重试；如果再次失败，来源多半已失效。
error-pass-code-needed = 这个分享需要提取码。请发送随链接给出的提取码。
error-pass-code-wrong = 提取码不对。请检查后重新发送。
error-share-not-found = 没有这个分享。请检查链接是否缺少字符。
error-share-deleted = 这个分享已被所有者删除。请索取新的链接。
error-share-expired = 这个分享已过期。请向所有者索取新的链接。
error-share-cancelled = 所有者已停止分享。请索取新的链接。
error-share-reviewing = 这个分享仍在审核中，请稍后再试。
error-share-blocked = 这个分享已被封禁，任何人都无法打开。
error-share-region = 机器人所在的地区无法打开这个分享。
error-share-restore-limit = 这个分享的转存次数已达上限。
error-unreachable = 暂时无法连接网盘，请稍后再试。
error-upstream = 网盘自身出了故障，请稍后再试。

## Notices: notice-<notice code>

notice-nothing-found = 没有找到。换个关键词试试，或逐级浏览查找。
notice-no-mounts = 这里还没有网盘。请登录账号，或打开分享链接。
notice-no-such-path = 没有这个路径。请从根目录开始浏览。
notice-not-yours = 这是别人打开的列表。请用 /browse 打开你自己的列表。
notice-view-expired = 这些按钮太旧了。请用 /browse 打开新的列表。
notice-unknown-press = 这个按钮已失效。请用 /browse 打开新的列表。
notice-mount-removed = 网盘及登录信息已从这里移除。
notice-mount-gone = 这个网盘已不在这里。用 /mounts 查看现有的网盘。
notice-mount-renamed = 网盘已改名。
notice-mount-healthy = 网盘工作正常。
notice-logged-out = 已退出登录，网盘及登录信息已从这里移除。
notice-forgotten-credential-left = 这里保存的关于你的一切都已删除。但网盘的登录信息在服务方那里仍然有效，请到那里撤销。发送 /start 重新开始。
notice-forgotten = 保存的关于你的一切都已删除。发送 /start 重新开始。
notice-cancelled = 已取消，什么都没有改变。
notice-nothing-to-cancel = 没有可以取消的操作。
notice-private-only = 请在与我的私聊中使用。
notice-not-a-share-link = 打不开这个链接：它不属于我认识的网盘。能打开哪些分享，请看 /help。
notice-credential-exposed = 你的消息里有可以打开网盘的令牌，我无法删除这条消息，请你自行删除。我没有使用它。请点下方按钮登录，并在询问时再输入令牌。
notice-credential-deleted = 你的消息里有可以打开网盘的令牌，我已将消息删除，也没有使用它。请点下方按钮登录，并在询问时再输入令牌。
notice-not-understood = 没看懂这条消息。请粘贴 PikPak 分享链接，或查看 /help。
notice-not-admitted = 这个机器人只供受邀者使用。请打开邀请链接，或发送 /start 加邀请码；没有邀请请联系管理员。
notice-too-fast = 操作太快，请稍后再按。
notice-chat-trouble = 与聊天平台的连接中断了。操作可能已经完成，请再试一次查看结果。
notice-nothing-to-list = 这里没有适合这种列表的文件。
notice-nothing-to-list-yet = 在一个列表可读取的范围内，没有适合的文件。请在下级文件夹中另外导出。
notice-list-not-sent = 列表未能发送。请返回后重试。
notice-no-sending-here = 这里无法发送文件本身，请改用链接。
notice-transfer-cancelled = 已取消。
notice-approval-over = 没有等待批准的登录了。
notice-credential-left = 网盘和它的登录信息已在这里删除。但在服务方那里仍然有效，请到那里撤销。
notice-credential-ends-week = 这个网盘的登录将在七天后失效。请在此之前重新登录，设置会保留。
notice-credential-ends-day = 这个网盘的登录将在一天后失效。请在此之前重新登录，设置会保留。
notice-transfer-over = 这个文件已不在发送队列中。
notice-download-what = 请发送要下载的内容：磁力链接、特征码（info hash）、http、ed2k 或 PikPak:// 地址，可一次发送多个。
notice-no-downloads = 你的网盘都不支持离线下载。请先登录 PikPak 账号。
notice-download-over = 任务已经结束。用 /tasks 查看全部任务。
notice-download-stopped = 已取消，下载完成的文件会保留。
notice-no-drive-to-save = 你还没有可以转存的网盘。请在私聊中用 /login 登录 PikPak 账号。
notice-save-busy = 正在转存，请稍候。
notice-save-stopped = 已取消，没有转存任何内容。
notice-save-too-late = 网盘已开始转存，无法再取消。
notice-save-over = 转存已经结束。
notice-no-sharing-drive = 你的网盘都不支持创建分享。请先登录 PikPak 账号。
notice-tasks-none-failed = 没有失败的任务。
notice-nothing-chosen = 还没有选择内容，请先选择。
notice-selection-full = 一次最多选择 1000 项，请先处理已选内容。
notice-target-inside = 目标文件夹就是所选文件夹之一，或在其中。请选择其他文件夹。
notice-undo-over = 已无法撤销：可能已经撤销过，或已超过一小时。
notice-undo-unclear = 目标文件夹中同名内容比复制的多，因此没有撤销。请自行找到副本并移到回收站。
notice-no-trash = 你的网盘没有可用的回收站。请先登录账号。
notice-transfer-busy = 这个文件正在发送到这里。
notice-transfer-queue-full = 排队的文件已达上限，请等一些发送完成后再试。
notice-links-revoked = 已完成。此前发出的链接全部失效，新的链接可以照常使用。
notice-no-links-to-revoke = 这里的链接都是网盘直链，我无法让它们失效，到期后会自行失效。
notice-drive-signed-out = 这个网盘已退出登录，暂时无法使用。请在 /mounts 中重新登录。
notice-fallback = 这个网盘的部分文件无法直接下载，所以改由机器人中转，可能会慢一些。你可以在 /mounts 中为全部文件选择下载方式。
notice-saved = 已保存。
notice-unexpected = 出了意料之外的问题。请重试；如果仍然如此，请把参考编号告诉管理员。
notice-store-unavailable = 暂时读不到已保存的数据，刚才的操作没有执行。请一分钟后再试；其间仍可使用 /help。

## Searching and sharing with groups: both chats

press-find = 查找
press-stop-search = 停止
press-search-here = 只搜索“{ $folder }”
press-search-everywhere = 搜索全部网盘
press-search-drive = 搜索整个网盘
press-filters = 筛选
press-unlend = 取消共享
press-open-links = 公开显示链接
press-private-links = 链接只给索取者
command-search = 按名称搜索整个网盘
command-bind = 把网盘共享给本群
command-unbind = 取消共享给本群的网盘
usage-search = 请说明要找什么：/search 后面写文件名中的几个词，也可以加上 类型:视频 或 >1gb。
form-title-search-words = 搜索
field-search-words-words = 要找什么
field-search-words-words-hint = 文件名中的词。可以加上 类型:视频、类型:音乐、>1gb 或 <100mb。

search-running = 正在搜索……已搜索 { $folders } 个文件夹、{ $entries } 个文件。
search-looked = 已搜索 { $folders } 个文件夹、{ $entries } 个文件。
search-stopped = 已停止，还有内容没有搜索。刷新可以继续。
search-bounded = 内容太多，一次搜索看不完。请进入下级文件夹再搜索。
search-nothing = 没有找到。换个关键词，或减少关键词试试。
search-nothing-here = 可以改为搜索整个网盘。
search-common = 都在 { $folders }
search-any-name = 任意名称
search-where = 第 { $row } 项位于 { $folders }
search-found-so-far = 已找到 { $count } 项
search-found = 找到 { $count } 项
search-found-more = 找到超过 { $count } 项
search-all-drives = 全部网盘
search-ranked = 按相关度排序
inline-homeless = 请先添加网盘
inline-nothing = 已知的文件中没有这个名称。在私聊中搜索会查找全部内容。

mounts-lent-title = 本群的网盘
lend-choice = 要让这里的所有人使用哪个网盘？之后可以再限制谁能做什么。
lending-title = 已共享给本群
lending-draft = 要共享给本群吗？
lending-draft-how = 尚未共享。请选择共享的内容和成员的权限。要共享其他文件夹，请发送 /bind 加路径。
lend-drive = 整个网盘
press-confirm-lend = 确认共享
lending-how = 成员可以在这里使用 /browse、/search 和 /link。你随时可以取消共享。
lending-daily = { $count ->
    [0] 每日链接和文件数量：不限
   *[other] 每位成员每日链接和文件数量：{ $count }
}
lending-open = 链接公开显示，这里的所有人都能看到。
lending-private = 链接只显示给索取的人。
capability-browse = 浏览和搜索
capability-link = 获取链接
capability-send = 接收文件
audience-members = 所有人
audience-admins = 管理员
audience-owner = 仅自己
per-day = 每天 { $count } 个
minutes = { $count } 分钟

place-settings-title = 本群设置
place-own = 跟随成员各自的设置
place-rows-own = 每页行数：跟随成员各自的设置
place-clear-never = 我在这里显示的内容会保留。
place-clear = 我在这里显示的内容会在 { $minutes } 分钟后移除。
place-private-links = 无论共享者是否允许，链接都只显示给索取的人。
place-open-links = 在共享者允许时，链接可以公开显示。

notice-favourites-full = 收藏数量已达上限，请先用 /favourites 取消一些收藏。
notice-search-stopped = 已停止，找到的内容会保留。
notice-nothing-lent = 本群还没有共享网盘。群管理员可以用 /bind 共享自己的网盘。
notice-admins-only = 只有本群的管理员可以这样做。
notice-not-allowed-here = 这个网盘的共享者没有允许这里的所有人这样做。
notice-daily-spent = 你今天从这个网盘获取的链接和文件已达上限，明天重新计算。
notice-taken-back = 已取消共享，之前的链接也已失效。
notice-nothing-to-lend = 你没有可以共享的网盘。请先在我们的私聊中添加。
notice-groups-only = 这个命令只能在群组中使用。请先把我加入群组。

## Signing in: ways and approvals (both chats)

sign-in-ways = 请选择登录方式：
approval-how = 打开授权页面，核对代码后批准：
approval-about = 你随时可以在那里撤销授权。
approval-waiting = 等待你批准。代码有效期至 { $date }。
approval-how-browser = 打开授权页面并同意。浏览器会自动返回，网盘随后在这里打开。
approval-waiting-browser = 等待你授权。页面有效期至 { $date }。
approval-denied = 授权被拒绝，没有建立连接。
approval-over = 授权已超时。
approval-cancelled = 已取消，没有建立连接。

## Drives: names, cards, lists (both chats)

drive-title = { $whose } 的 { $drive }
press-download-named = 按原文件名下载
press-send-as-file = 以文件形式发送
link-named = ⬇️ 按原文件名下载：{ $url }
link-via-redirect = 从本机器人的地址跳转，文件直接由网盘传输。
list-via-redirect = 从本机器人的地址跳转，文件直接由网盘传输。
link-first-part = 网盘只提供分享中这个文件的前半部分。要下载完整文件，请先转存到自己的网盘。
file-no-original = 网盘不提供这个文件的原文件，可以选择转码版本。
press-ask-root = 根文件夹
form-title-root-folder = 设置根文件夹
question-revoke-links = 要让之前给出的链接全部失效吗？它们都将无法使用，可以随时获取新的链接。
press-confirm-revoke-links = 是，全部失效
press-dismiss-revoke-links = 否，继续有效
question-revoke-shared = 要取消这个分享吗？链接将立即失效，文件仍保留在你的网盘中。
press-confirm-revoke-shared = 是，取消分享
press-dismiss-revoke-shared = 否，保留分享
press-list-part = 第 { $part } 部分
list-part = 第 { $part } 部分
list-more = 文件数量超过单个列表的上限（{ $folders } 个文件夹中的 { $files } 个文件），其余的在下一部分。
dialogue-page-span = 更安全：在浏览器中填写（{ $time }内有效，只能用一次）。
link-expires = 有效期至 { $date }（还有 { $time }）。
list-expires = 链接有效期至 { $date }（还有 { $time }）。
inline-whose = 来自网盘“{ $drive }”。按钮只对网盘主人和获得共享的人有效。
inline-with-link = 附带链接，收到的人都可以使用
inline-linked = 链接有效期 { $time }。
mount-login = 登录账号：{ $login }
mount-account = 账号：{ $account }
mount-until = 登录有效期至 { $date }。
mount-permissions = 权限：{ $names }
notice-code-private = 带提取码的分享只对知道提取码的人开放：请在私聊中打开，或用 /bind 共享给本群。
page-unavailable-operator = 管理员请注意：把 PUBLIC_URL 设为用户可以访问的本机器人地址，这里就会提供登录页面。

## Operators

command-admin = 管理员：统计、用户、访问权限、网盘、群发
press-maintenance-begin = 进入维护
press-maintenance-end = 结束维护
press-find-person = 查找
press-admit = 加入白名单
press-expel = 移出白名单
press-ban = 封禁
press-unban = 解除封禁
press-ask-quota = 每日流量
press-invite = 新建邀请
press-copy-invitation = 复制邀请
press-withdraw-invitations = 撤回未使用的邀请
press-compose-broadcast = 编写群发消息
press-stop-broadcast = 停止
press-about-state = 备份
press-confirm-broadcast = 是的，发送
press-dismiss-broadcast = 不，不发送
press-revoke-every-link = 让所有人的链接失效
press-confirm-revoke-every-link = 是的，全部失效
press-dismiss-revoke-every-link = 不，继续有效

admin-room-panel = 管理
admin-room-people = 用户和群组
admin-room-access = 访问权限
admin-room-admin-mounts = 所有网盘
admin-room-broadcast = 群发
admin-room-audit = 操作记录
admin-closed = 自 { $date } 起维护中。
admin-people = 用户：{ $people }，群组：{ $groups }
admin-mounts-count = 网盘：{ $count }，异常：{ $failing }
admin-links = 已发出的链接：{ $count }；经网关传出：{ $size }
admin-calls = 网盘请求：{ $count } 次；被限流：{ $pauses } 次
admin-access = 访问权限：{ $mode }
admin-version = 版本：{ $version }
admin-log-level = 日志级别：{ $level }
admin-errors = 错误统计：
admin-filter = 只显示包含 { $words } 的 ID
admin-nobody = 没有符合的用户。
admin-never-seen = 从未使用
admin-seen = 最近使用：{ $date }
admin-owns = 网盘：{ $count }
admin-used = 今天经网关：{ $used }，不限量
admin-used-of = 今天经网关：{ $used } / { $quota }
admin-admitted = 白名单中的用户和群组：{ $count }
admin-invitations = 未使用的邀请：{ $count }
admin-invitation = 供一人使用，有效期至 { $date }。只显示这一次。
admin-invitation-group = 在群组里发送 /start { $code } 可让整个群组加入白名单。
admin-no-mounts = 这里没有网盘。
access-open = 开放
access-allowlist = 仅白名单
access-open-meaning = 除被封禁者外，任何人都可以使用。
access-allowlist-meaning = 只有白名单中的用户，以及白名单群组里的人可以使用。
standing-usual = 普通
standing-admitted = 白名单
standing-banned = 已封禁
standing-operator = 管理员
broadcast-never = 还没有群发过消息。
broadcast-running = 自 { $date } 起发送中。
broadcast-stopped = 已于 { $date } 停止。
broadcast-done = 已于 { $date } 完成。
broadcast-progress = { $done } / { $total }（{ $share }）
broadcast-sent = 已发送：{ $count }
broadcast-gone = 已屏蔽机器人或聊天已关闭：{ $count }
broadcast-failed = 无法确认送达：{ $count }
question-broadcast = 要发送到 { $count } 个聊天吗？
question-revoke-every-link = 要让已发给所有人的全部网关链接失效吗？它们不会再恢复，但可以立即获取新的链接。正在进行的下载会继续。
form-title-find-person = 查找用户或群组
field-find-person-who = ID
field-find-person-who-hint = 例如 telegram:1001 或 discord:2002，群组如 telegram:-1001，也可以只写一部分。
form-title-quota = 每日经网关的流量
field-quota-gigabytes = 每日 GB 数
field-quota-gigabytes-hint = 例如 5 或 0.5。跳过表示不限量。
form-title-broadcast-text = 发给所有人的消息
field-broadcast-text-text = 内容
field-broadcast-text-text-hint = 最多 1900 个字符。发送前会再给你看一遍。
problem-not-a-number = 这不是数字。应类似 5 或 0.5。
audit-empty = 还没有任何操作。
audit-admit = 加入白名单
audit-expel = 移出白名单
audit-ban = 封禁
audit-unban = 解除封禁
audit-quota = 设置每日流量
audit-access = 设置访问权限
audit-invite = 新建邀请
audit-withdraw-invitations = 撤回邀请
audit-redeem = 使用邀请
audit-operator = 通过首次启动代码成为管理员
audit-maintenance = 维护
audit-log-level = 设置日志级别
audit-check-mount = 检查网盘
audit-broadcast = 开始群发
audit-stop-broadcast = 停止群发
audit-revoke-every-link = 让全部链接失效
notice-banned = 你不能使用这个机器人。如果你认为这是误会，请联系管理员。
notice-maintenance = 机器人正在维护，很快恢复。你的内容不会丢失，请稍后再试。
notice-admitted = 欢迎，你已加入白名单。用 /help 查看可以做什么。
notice-code-void = 这个邀请码已被使用、撤回或过期。请索取新的邀请码。
notice-operator-made = 你现在是管理员了。请用 /admin。
notice-operator-stays = 不能在这里封禁这位管理员。
notice-unknown-command = 没有这个命令。用 /help 查看有哪些命令。
notice-admin-usage = /admin，或加上：people、find 关键词、admit ID、expel ID、ban ID、unban ID、quota ID GB 数或 none、access open 或 allowlist、invite、mounts、broadcast 内容、maintenance on 或 off、log 级别、revoke（让全部链接失效）、audit、state。
notice-every-link-revoked = 已完成。此前发给任何人的网关链接全部失效，新的链接可以照常使用。
notice-state-by-shell = 在机器人所在的命令行中：npm run state -- export 文件，或 import 文件。文件中的密钥保持加密。
notice-broadcast-running = 正在群发。请先停止，或等它完成。
notice-broadcast-none = 当前没有群发。
notice-broadcast-nobody = 没有可以发送的聊天。

## Telegram only

dialogue-secret = 你的消息会立即删除，但仍会经过 Telegram 服务器；在浏览器中填写则不会。
dialogue-secret-no-page = 你的消息会立即删除，但仍会经过 Telegram 服务器。
dialogue-secret-undeleted = 我没能删除你的消息，请自行删除。
dialogue-not-text = 请用文字回答，或按下面的按钮。
dialogue-instead = 改用：{ $field }
dialogue-over = 这次操作已结束，请重新发送命令。
dialogue-elsewhere = 这是别人发起的操作。
dialogue-asked-again = 刚才的问题没能发给你，你刚发的内容没有当作回答。
dialogue-edited = 修改过的回答不会再读取。要更改，请取消后重新开始。
private-open = 在私聊中打开
private-here = 仅你可见，请在私聊中打开。
private-sent = 已发到我们的私聊。
ephemeral-waiting = 请稍候，结果只显示给你…
not-text = 我在这里只能读文字。请粘贴 PikPak 分享链接，或查看 /help。
usage-link = 请说明是哪个文件：/link 后面写路径或文件名中的几个词。
usage-get = 请说明是哪个文件：/get 后面加上路径或文件名中的几个词。
anonymous-admin = 你处于匿名状态，我无法知道你是谁。请在你的管理员权限中关闭“保持匿名”后重试，或使用我们的私聊。

## Discord only

approval-picture = 授权页面的二维码，可用手机扫描

# Names of commands and of their options, as Discord takes them: lower case, no spaces, at most 32 characters.
slash-start = 开始
slash-help = 帮助
slash-login = 登录
slash-login-drive = 网盘
slash-login-drive-hint = 要重新登录的网盘
slash-start-code = 邀请码
slash-start-code-hint = 邀请码（如果有）
slash-share = 分享
slash-share-link = 链接
slash-share-link-hint = 分享的网址或 ID
slash-share-code = 提取码
slash-share-code-hint = 提取码（如果有）
slash-mounts = 网盘
slash-browse = 浏览
slash-browse-path = 路径
slash-browse-path-hint = 当前网盘中的路径
slash-link = 下载链接
slash-link-file = 文件
slash-link-file-hint = 文件的路径，或文件名中的几个词
slash-get = 发送文件
slash-get-file = 文件
slash-get-file-hint = 文件的路径，或文件名中的几个词
slash-download = 离线下载
slash-download-links = 链接
slash-download-links-hint = 磁力链接、特征码、http、ed2k 或 PikPak:// 地址
slash-tasks = 下载任务
slash-shares = 我的分享
slash-trash = 回收站
slash-favourites = 收藏
slash-settings = 设置
slash-cancel = 取消
slash-logout = 退出登录
slash-forget = 清除数据
slash-search = 搜索
slash-search-words = 关键词
slash-search-words-hint = 文件名中的词；可用 类型:视频 或 >1gb 缩小范围
slash-bind = 共享
slash-bind-folder = 文件夹
slash-bind-folder-hint = 只共享当前网盘中的这个文件夹
slash-unbind = 取消共享
slash-server = 服务器
slash-admin = 管理
slash-admin-act = 操作
slash-admin-act-hint = 要做什么；不填则打开管理面板
slash-admin-act-numbers = 统计
slash-admin-act-people = 用户
slash-admin-act-admit = 加入白名单
slash-admin-act-expel = 移出白名单
slash-admin-act-ban = 封禁
slash-admin-act-unban = 解除封禁
slash-admin-act-quota = 流量上限
slash-admin-act-access = 访问权限
slash-admin-act-invite = 新建邀请
slash-admin-act-mounts = 网盘
slash-admin-act-broadcast = 群发
slash-admin-act-maintenance = 维护
slash-admin-act-log = 日志级别
slash-admin-act-revoke = 让全部链接失效
slash-admin-act-audit = 操作记录
slash-admin-act-state = 备份与恢复
slash-admin-with = 参数
slash-admin-with-hint = 对象或内容：ID、数字或文字
command-server = 本服务器的设置：语言、排序、清理、链接
# What is said otherwise on a server than in a group: the key with -server behind it.
command-bind-server = 把网盘共享给本服务器
command-unbind-server = 取消共享给本服务器的网盘
mounts-lent-title-server = 本服务器的网盘
lending-title-server = 已共享给本服务器
lending-draft-server = 要共享给本服务器吗？
place-settings-title-server = 本服务器设置
notice-nothing-lent-server = 本服务器还没有共享网盘。服务器管理员可以用 /bind 共享自己的网盘。
notice-admins-only-server = 只有本服务器的管理员可以这样做。
notice-nothing-to-lend-server = 你没有可以共享的网盘。请先用 /login 添加。
notice-groups-only-server = 这个命令只能在服务器中使用。请先把我加入服务器。
notice-code-private-server = 带提取码的分享只对知道提取码的人开放：请在私信中打开，或用 /bind 共享给本服务器。
notice-private-only-server = 请在与我的私信中使用。
notice-no-drive-to-save-server = 你还没有可以转存的网盘。请在与我的私信中用 /login 登录 PikPak 账号。

# The command in a message's own menu; it may have spaces.
menu-open-share = 打开 PikPak 分享

press-fill-in = 填写
press-go-on = 我已提交
press-post-here = 发到这里
press-fresh-list = 打开新列表
choose-entry = 打开…
choose-mount = 查看网盘…
choose-language = 语言…

help-menu = 别人消息里的分享链接，可以从那条消息的菜单打开：应用，然后选“{ $command }”。
help-alone = 我的回复只有你能看到，除非你把它发出来。
page-instead-of-chat = 密码和令牌不应经过 Discord。请在浏览器中打开这个页面填写：它只属于你，只能用一次，有效期至 { $date }。
page-not-sent = 页面还没有提交。请先在那里提交，页面仍然有效。
page-unavailable = 密码和令牌不应经过 Discord，而这个机器人没有可供填写的公开地址。如果网盘提供授权登录，请选择那种方式，它不需要页面。否则管理员可以在命令行添加你的账号：npm run account -- add。打开分享不需要密码：用 /share 即可。
form-over = 这个表单已失效，请重新使用命令。
post-not-here = 我不能在这里发消息。
link-in-file = 地址太长，消息里放不下，所以放在文件里。

## Gateway: pages and refusals

gateway-bad-ticket-title = 链接无效
gateway-bad-ticket-text = 地址不完整或被改动过。请重新复制完整链接，或向机器人要一个新的。
gateway-expired-title = 链接已失效
gateway-expired-text = 链接只在有限的时间内有效，这一个已经过期。请向机器人要一个新的。
gateway-vanished-title = 文件已不存在
gateway-vanished-text = 它在网盘上被移动或删除了，或者所属的分享已经结束。
gateway-blocked-title = 此文件无法下载
gateway-blocked-text = 网盘已封禁此文件，任何人都无法下载。
gateway-too-many-title = 请求过多
gateway-too-many-text = 请求超过了每人的上限。请等一部分下载完成后再试。
gateway-upstream-title = 网盘没有响应
gateway-upstream-text = 网盘那边出了问题。请过一会儿再试。
gateway-busy-title = 请稍候
gateway-busy-text = 现在太忙了，请稍后再试。
gateway-no-page-title = 这里什么都没有
gateway-no-page-text = 这个地址没有内容。链接由聊天里的机器人提供。
gateway-wrong-method-title = 这里不能这样操作
gateway-wrong-method-text = 这个地址不接受这种请求。
gateway-page-over-title = 这个页面已失效
gateway-page-over-text = 它已经用过，或者时间已到。请在聊天里向机器人要一个新的。
gateway-page-busy-title = 请稍候
gateway-page-busy-text = 正在处理你填写的内容，请等待结果。
gateway-page-foreign-title = 这不是从我们的页面提交的
gateway-page-foreign-text = 没有做任何操作。请从聊天里重新打开页面并在那里填写。
gateway-bad-request-title = 无法读取这个请求
gateway-bad-request-text = 它的格式不对，或者内容太大。
gateway-unexpected-title = 出了问题
gateway-unexpected-text = 这是意料之外的情况。请重试；如果仍然如此，请把参考编号告诉管理员。
gateway-retry = 请在 { $seconds } 秒后重试。
gateway-reference = 给管理员的参考编号：{ $reference }
gateway-preview-title = 网盘里的一个文件

page-title-verification = 验证是本人登录
page-bot = 机器人
page-why = { $bot } 需要这些信息，才能在聊天中打开你的网盘。
page-why-open-link = { $bot } 需要这些信息，才能在聊天中打开这个分享。
page-why-verification = 网盘需要确认是本人在登录，之后 { $bot } 才能打开它。
page-intro = 此页面仅供 { $person } 使用，请勿把地址告诉他人。
page-intro-place = 此页面仅供 { $person } 使用（来自 { $place }），请勿把地址告诉他人。
page-instead = 更多选项
page-optional = （可不填）
page-send = 提交
page-approval = 批准之后，网盘会在聊天中打开。
page-safety = 你填写的内容只交给机器人，不经过聊天。此页面只能用一次，还有 { $minutes } 分钟有效。
page-failed = 没有成功。请检查填写的内容后重试。
page-verify = 打开验证页面
page-done-title = 登录成功
page-done-title-open-link = 分享已打开
page-done-text = 文件已显示在聊天中，可以关闭此页面。
page-failed-title = 操作未成功
page-failed-text = 此页面已失效，请在聊天里向机器人要一个新的。
page-over-title = 这个页面已失效
page-over-text = 尝试次数过多。请在聊天里向机器人要一个新的页面。
return-done-title = 完成
return-done-text = 可以关闭此页面了，网盘已在聊天中打开。
return-denied-title = 没有建立连接
return-denied-text = 你没有同意授权。可以关闭此页面，在聊天中重新开始。
return-failed-title = 没有成功
return-failed-text = 聊天中说明了原因和其他办法。
return-over-title = 页面已失效
return-over-text = 此页面只能使用一次，十分钟内有效。请在聊天中重新开始。

watch-download = 下载
watch-open-in = 用播放器打开
watch-commands = 用命令行下载
watch-copy = 复制
watch-copied = 已复制
watch-until = 这些地址在 { $until } 之前有效。拿到地址的人都能下载此文件。
watch-no-play = 没有画面或声音？浏览器并不支持所有格式，可用下面的播放器打开。
watch-no-media = 浏览器无法播放这类文件，请直接下载。
watch-renditions = 版本
watch-original = 原文件
