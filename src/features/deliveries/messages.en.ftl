# Why a message isn't sent once more.

delivery-waits = This delivery waits for its next attempt already.
delivery-sent = This delivery was sent.
delivery-held = This delivery is held since a backup was restored: send or cancel it with settleHeldDeliveries.
delivery-not-held = This delivery is not held.
delivery-cancelled = This delivery was cancelled: what it told of is over, or somebody dismissed it.
delivery-wiped = What this message said was wiped: send a new one instead.
delivery-not-given-up = This delivery was not given up: there is nothing to dismiss.
delivery-too-old = This message is too old to be of use.
