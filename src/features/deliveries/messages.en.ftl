# Why a message isn't sent once more.

delivery-waits = This delivery waits for its next attempt already.
delivery-sent = This delivery was sent.
delivery-cancelled = This delivery was cancelled, because a newer one took its place.
delivery-wiped = The credentials in this message were wiped: send new ones instead.
delivery-too-old = This message is too old to be of use.
