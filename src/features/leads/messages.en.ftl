# What the website's forms tell visitors, and the desk the staff.

## Forms

name-required = Give a name.
phone-required = Give a telephone number.
subject-required = Say in a few words what it is about.
question-required = Write a message.
land-location-required = Say where the land is.
forms-too-many = Several forms came from your connection just now: wait { $minutes } min and send this one again, or call us.

## The desk

assignee-missing = There is no such member of staff.
lead-converted-by-hand = A lead is not converted by a change of status: use convertLead, which makes the client and the project.
lead-is-a-client = This lead is converted: it is a client with a project now. Go on there.
lead-became = This lead is converted already: the client { $client } and the project { $project }. Another project is made with createProject.
lead-converted-already = This lead is converted already. Another project is made with createProject.
lead-without-email = The lead left no e-mail address, and a client signs in with one: give it here.
client-id-or-client = Give either `clientId`, for a client whom the company has, or `client`, for a new one.
email-of-client = The client { $name } ({ $id }) has this e-mail address: send `clientId: "{ $id }"` to give them the project, or another address for a new client.
email-of-staff = Somebody of the staff has this e-mail address: give another one.

## What records are called

noun-lead = lead
    .a = a lead
noun-inquiry = inquiry
    .a = an inquiry
noun-timeline-entry = timeline entry
    .a = a timeline entry
