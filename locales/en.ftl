### English. One section a part of the product; keys are named like the codes in src (error-<code>, notice-<code>, field-<form>-<name>).

language-name = English

## Screens: what both chats say (renderers of telegram/ and discord/)

## Forms: fields, hints, problems

## Errors: error-<storage error code>

## Notices: notice-<notice code>

## Telegram only

## Discord only

## Gateway: pages and refusals
