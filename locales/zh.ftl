### 简体中文。各部分与 en.ftl 相同。

language-name = 简体中文

## Screens: what both chats say (renderers of telegram/ and discord/)

## Forms: fields, hints, problems

## Errors: error-<storage error code>

## Notices: notice-<notice code>

## Telegram only

## Discord only

## Gateway: pages and refusals
