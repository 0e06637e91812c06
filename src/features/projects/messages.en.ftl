# What projects and their updates tell people.

completion-before-start = Work can't be complete before it starts: this date must not be before the start date.
quote-negative = A quote is not negative.
update-posted-already = This update is posted already; its client has been told. Use updateProjectUpdate to change it.
update-picture-missing = There is no such picture on this update.
update-picture-named-twice = This picture is named twice.
update-picture-id-or-upload = Give either `id` or `uploadId`.

noun-project = project
    .a = a project
noun-project-update = project update
    .a = a project update
