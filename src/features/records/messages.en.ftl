# What is told of ids of any kind.

node-id-malformed = This is not an id: an id is a prefix, an underscore, and 26 letters and digits.
record-id-malformed = This is not an id that is expected here: it begins with one of { $expected }.
record-id-of-another-kind = Expected an id that begins with one of { $expected }; got one that begins with "{ $found }".
