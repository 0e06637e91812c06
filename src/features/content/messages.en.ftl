# What the website's editors are told.

named-twice = This one is named twice.
area-malformed = Write square metres as a decimal number with a point, such as "405.30".
main-image-required = A published item has a main image: upload one and name it in mainImageUploadId.
gallery-picture-missing = There is no such picture in this gallery.
picture-named-twice = This picture is named twice.
picture-id-or-upload = Name a picture by id, or a new one by uploadId: one of the two.
item-video-missing = There is no such video of this item.
video-named-twice = This video is named twice.
video-address-required = Paste the address of the video.
item-list-full = { $list ->
    [videos] The item has { $most } videos already
   *[gallery] The item has { $most } pictures in its gallery already
}: remove one of them first, then restore this one.
promotion-leads-twice = A promotion leads to an item or out to the web, not both: clear one of the two.
promotion-leads-nowhere = An active promotion leads somewhere: give linkedPortfolioItemId or externalLink.
promotion-without-banner = An active promotion has a banner: upload one and name it in bannerImageUploadId.
slug-malformed = A slug has up to { $max } small letters and digits with single hyphens between them, such as "{ $example }".
slug-taken = Another record has the slug "{ $slug }"; "{ $free }" is free.
slug-was-published = Another record was published as "{ $slug }", and links in the world lead to it under that name; "{ $free }" is free.
slug-taken-meanwhile = Another record has this one's slug by now: change that one's slug, then restore this one.

## What records are called

noun-portfolio-item = portfolio item
    .a = a portfolio item
noun-gallery-image = gallery image
    .a = a gallery image
noun-portfolio-video = portfolio video
    .a = a portfolio video
noun-service = service
    .a = a service
noun-partner = partner
    .a = a partner
noun-testimonial = testimonial
    .a = a testimonial
noun-blog-post = blog post
    .a = a blog post
noun-frequently-asked-question = frequently asked question
    .a = a frequently asked question
noun-promotion = promotion
    .a = a promotion
