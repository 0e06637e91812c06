# What the transports tell people. Mistakes of programs (no JSON, no such document, too much at once) stay in English, in
# the code: their reader is a developer.

token-expired = Your sign-in has to be renewed (refreshSession).
token-invalid = This sign-in is not valid: sign in again.
session-ended = This session has ended: sign in again.
introspection-for-staff = Introspection is for staff: sign in as one, or read schema.graphql in the repository.
request-timed-out = The request took too long and was ended: ask for less at once.
body-too-large = What was sent is larger than { $kilobytes } KB.
body-broke-off = The connection broke off: send it again.
body-too-slow = What was sent took too long to arrive: try again where the connection is better.

## Files

internal-problem = Something went wrong on our side.
nothing-here = There is nothing here.
file-shorter = The file is shorter.
file-as-form = Send the file's bytes as the body, not a multipart form.
file-too-slow = The file took more than 15 minutes. Make it smaller, or send it where the connection is better.
file-stalled = Nothing arrived for 30 seconds. Send the whole file again, to the same URL.
file-longer-than-declared = More than the { $declared } bytes that were declared to `createUpload` arrived.
archive-session-ended = The sign-in that asked for these data has ended. Sign in and ask again.
archives-busy = Other downloads of this kind are under way. Try again in a minute.
list-session-ended = The sign-in that asked for this list has ended. Sign in and ask again.
picture-file-missing = The picture is known, but its file is gone. Upload the picture anew.
picture-session-ended = The sign-in that asked for this picture has ended. Sign in and ask again.
paper-session-ended = The sign-in that asked for this document has ended. Sign in and ask again.
papers-busy = Too many documents are being made. Try again in a few seconds.

## The page that unsubscribes

unsubscribe-question = Stop receiving { $topic ->
    [reminders] reminders of invoices
   *[updates] news of your building site
} by e-mail? The app will always have them.
unsubscribe-button = Stop these e-mails
unsubscribe-done = Done: { $topic ->
    [reminders] reminders of invoices
   *[updates] news of your building site
} won’t come by e-mail any more. The app will always have them, and there you can change your mind.
unsubscribe-unknown = This link isn’t complete, or it is too old. Open the one in a newer message, or choose in the app what comes to you.
unsubscribe-too-often = Too many requests came from your network. Try again in a few minutes.
