# What the platform tells people. A variable named after a kind of record has its forms beside it: see the nouns below.

## Signing in and rights

sign-in-first = Sign in first.
role-forbids = Your role does not allow this.
totp-setup-required = Your account must have a second factor: set an authenticator app up first.
password-change-required = Your password is temporary: replace it with one of your own first.
too-many-attempts = Too many attempts: try again in { $seconds ->
    [one] one second
   *[other] { $seconds } seconds
}.
internal-error = Something went wrong on our side. Quote the error id when you report it.
removed-meanwhile = A record was removed for good while this was being answered: ask again.
request-invalid = The request is invalid.

## Records

no-such = There is no such { $kind }.
no-longer-there = This { $kind } is no longer there.
id-of-another-kind = Expected the id of { $kind-a } ({ $prefix }_…), got one that starts with "{ $found }".
id-malformed = Not the id of { $kind-a }: it looks like { $prefix }_ and 26 letters and digits.
record-changed = The record is at version { $version }, not { $expected }: someone changed it since you read it. Look at the current one and send your change again.
record-not-deleted = This { $kind } isn't deleted: there is nothing to restore.
record-parent-deleted = The { $parent } { $id } that this { $kind } belongs to is deleted: restore that first.

## Values

value-required = Write something here.
value-not-clearable = This can't be empty: leave it out to keep it.
text-too-long = At most { $max } characters.
number-out-of-range = A whole number from { $from } to { $to }.
web-address-malformed = Write a whole web address, such as https://www.example.com/page.
amount-malformed = Write an amount as a decimal number with a point, such as 1500000 or 99.50.
amount-too-precise = { $decimals ->
    [0] An amount in { $currency } has no decimals.
   *[other] An amount in { $currency } has { $decimals } decimals at most.
}
amount-too-large = This amount is too large.
address-malformed = This is not an e-mail address such as zainab@example.ne.
address-not-ascii = The part before the @ has { $letters } in it, which mail servers don't take: write the address with the letters a to z, without accents.
address-of-no-domain = "{ $domain }" can't be the domain of an e-mail address: write the part after the @ as in zainab@example.ne.
video-not-an-address = This is not a web address. Paste the video's address, such as https://www.youtube.com/watch?v=…
video-of-another-site = Videos are accepted from YouTube and Vimeo. Paste the address of the video there.
video-not-single = This address names no single video. Open the video and paste its address, such as https://www.youtube.com/watch?v=… or https://vimeo.com/…

## Sending again

key-malformed = A key has 1 to { $max } characters; a UUID made once for each thing the user does is a good one.
key-reused = This key was used with other input. Make a new key for each new thing.

## Lists

too-many-values = { $found } values are too many: send { $max } at most at once.
page-or-cursors = Take page/pageSize or cursors (first, after, last, before), not both.
pages-from-one = Pages are counted from 1.
first-or-last = Take first or last, not both.
page-size = Ask for { $least } to { $most } rows a page.
cursor-malformed = This is not a cursor that a list gave out; start without one.
cursor-of-another-list = This cursor comes from another list, or another order; start without one.
search-too-long = Search for less at once: { $characters } characters and { $words } words at most.
name-too-long = Nothing is called by more than { $max } characters: write fewer.

## Signed addresses

url-forged = The signature does not match. Use the URL exactly as the API gave it.
url-expired = The URL has expired. Ask the API for a new one.

## Pictures

image-empty = The file is empty.
image-too-large = The file is larger than 10 MB. Make it smaller and send it again.
image-unsupported = { $found ->
    [heic] This is an HEIC photo, which few browsers show; let the phone send it as JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible).
    [gif] This is a GIF.
    [avif] This is an AVIF picture.
    [jpeg-xl] This is a JPEG XL picture.
    [bmp] This is a BMP picture.
    [gzip] This is a compressed file (an SVGZ must be saved as SVG).
    [tiff] This is a TIFF or raw picture.
    [pdf] This is a PDF.
    [video] This is a video.
    [zip] This is a ZIP archive or office document.
    [program] This is a Windows program.
    [web-page] This is a web page.
   *[other] This is not a picture.
} Pictures are accepted as JPEG, PNG or WebP, logos and icons as SVG too.
image-too-many-pixels = The picture is { $width } × { $height } pixels. At most 40 megapixels and 16,383 pixels a side are accepted.
image-too-much-memory = The picture needs too much memory or time to be read. Save it again as an ordinary JPEG and send that.
image-truncated = The file is incomplete: it ends before the picture does. Send it again.
image-drawing = { $why ->
    [too-large] The drawing is larger than 1 MB. Save it as PNG and send that.
    [not-utf8] The drawing is not in UTF-8. Save it again as UTF-8.
    [entities] The drawing declares entities that refer to others or to other files. Save it again as plain SVG, without the editing data of the program.
    [empty] The drawing shows nothing. Open it in a browser to check it, or save it as PNG.
    [text] The drawing contains text, whose font is not here. Convert the text to outlines (paths) and save it again.
    [picture] The drawing contains a picture. Save the whole as PNG and send that.
    [patterns] The drawing contains patterns or markers. Convert them to paths, or save the whole as PNG.
    [filters] The drawing contains filters that are not drawn here. Save it as PNG and send that.
    [circular] The drawing refers to itself. Save it again with another program, or as PNG.
   *[too-complicated] The drawing is too complicated to be drawn here. Save it as PNG and send that.
}
image-damaged = The file is damaged: it starts like a picture but can't be read.

## What records are called

noun-account = account
    .a = an account
noun-session = session
    .a = a session
noun-client = client
    .a = a client
noun-event = event
    .a = an event
noun-audit-entry = audit entry
    .a = an audit entry
noun-delivery = delivery
    .a = a delivery
