# What becomes of files that were announced and sent.

file-name-required = Give the file's name.
file-type-refused = Pictures are accepted as image/jpeg, image/png or image/webp, logos and icons as image/svg+xml too; say application/octet-stream if you don't know.
upload-missing = There is no such upload. Create a new one with `createUpload`.
upload-named-twice = This upload is named twice in the list.
upload-used = This upload is part of a record already. Upload the file again to show it twice.
upload-expired = This upload has expired. Upload the file again.
upload-not-received = The file has not been received yet: PUT it to the upload's uploadUrl first.
upload-incomplete = { $received } of { $declared } bytes arrived. Send the whole file again, to the same URL.
upload-busy = The server is busy with other pictures. Send the file again in a few seconds.
upload-failed = Something went wrong on our side. Send the file again.

noun-upload = upload
    .a = an upload
noun-image = image
    .a = an image
