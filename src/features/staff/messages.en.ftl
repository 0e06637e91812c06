# What administrators are told about the company's own people.

staff-member-missing = There is no such member of staff.
staff-member-disabled = This member of staff is disabled. Enable them first.
staff-role-client = Clients are made with createClient.
own-second-factor = Your own is switched off in “My account”, with a code. If phone and recovery codes are lost, ask another administrator.
last-administrator = This is the last administrator: make somebody else one first, or nobody could let people in any more.
