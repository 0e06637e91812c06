# What notification preferences say to the app and on the page that unsubscribes.

preference-topic-not-yours = You are told nothing about this topic.
preference-no-such-channel = Messages about this topic don’t go by this channel.
preference-fixed = This can’t be chosen here: these messages can’t be turned off on this channel.
