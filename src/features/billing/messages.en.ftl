# What invoices, credit notes, payments and the company on documents tell people.

## Lines and amounts

tax-rate-malformed = A tax rate is a percentage from 0 to 100, with a point and two decimals at most, such as 19 or 8.25.
amount-negative = This amount is not negative.
quantity-malformed = A quantity is a decimal number with a point, three decimals at most and not beyond 1,000,000,000, such as 2.5.
quantity-not-positive = A quantity is more than 0; a discount is a line with a negative price.
line-missing = There is no such line on this invoice.
line-named-twice = This line is named twice.
line-total-too-large = This line's total is too large.
total-too-large = The total is too large.
days-reversed = The last day is before the first.

## Invoices

draft-not-cancelled = This invoice is a draft: change it with updateInvoice, or delete it with deleteRecord.
draft-not-credited = This invoice is a draft: nothing is to be taken back; change it with updateInvoice, or delete it.
draft-not-paid = This invoice is a draft: issue it first with issueInvoice.
invoice-has-payments = { $paid } was paid on this invoice: void those payments first with voidPayment, or take back a part with createCreditNote, which then shows what is to be refunded.
invoice-issued-is-fixed = { $number } is issued, and an issued invoice never changes: take it back with cancelInvoice or (in part) createCreditNote, and write a new one with createInvoice.
invoice-issued-is-kept = { $number } is issued: it is kept, with its lines. Take it back with cancelInvoice, or a part of it with createCreditNote.
invoice-issued-already = This invoice is issued already, as { $number }.
invoice-cancelled-is-final = { $number } is cancelled, which is final: write a new one with createInvoice.
invoice-in-another-currency = The project has another currency by now: write a new invoice with createInvoice.
no-invoice-named = Name at least one invoice.
invoice-without-lines = An invoice has one line at least: add it before you issue.
invoice-total-not-positive = The total must be more than 0: an invoice that asks for nothing isn't issued.
advance-beyond-total = The advance is more than the total, { $total }.
advance-not-covered = The advance is { $advance }, and { $free } of the project's payments is free for one: record { $lacking } first with recordPayment (without invoiceId), or lower the advance.
due-before-issue = The due date is before the day of issue, { $day }: change it first.
unprintable = { $place ->
    [subject] The subject
    [line] A line
    [client] The client's name or address
    [project] The project's name
    [reference] The reference
    [reason] The reason
   *[company] The company's profile
} has { $signs }, which documents can't print: write it otherwise first.

## Numbers after a restored backup

numbers-unconfirmed = A backup was restored, and invoices that were issued after it was made may be out in the world: an administrator confirms the last number of each series with confirmNumberSeries first.
series-unknown = There is no such series: BH for invoices, AV for credit notes.
numbers-confirmed-already = Nothing is to be confirmed: numbers of this series are given already.
number-malformed = Write the number as it is printed, such as { $example }.
number-of-a-year-to-come = { $year } has not come yet.
numbers-begin-with = Begin with the last number of { $year }: { $number } or a later one.
number-known-already = { $number } is here: give the same number or a later one.
number-too-far = That is more than { $max } numbers after the last one known here: look at it again.

## Credit notes

invoice-credited-in-full = This invoice is credited in full already: nothing is left to take back.
credit-note-not-positive = A credit note is more than 0: its amounts are what is taken back, without a minus.
credit-note-too-large = This credit note is { $subtotal } and { $tax } of tax; { $subtotal_left } and { $tax_left } of tax is left on { $number }. Credit less, or leave `items` out to credit all that is left.
credit-note-stays = { $number } is a credit note: nothing is paid, credited or cancelled on it.
credit-note-not-duplicated = { $number } is a credit note: write a new one with createCreditNote.

## Payments

payment-not-positive = A payment is more than 0.
payment-mode-required = The invoice doesn't say how it is to be paid: say how it was.
payment-day-to-come = This day is yet to come: record a payment once it is there.
payments-too-large = All payments of a project together can't be this much: look at the amount again.
invoice-of-another-project = This invoice is another project's: name its project, or leave the invoice out.
invoice-paid-already = Nothing is left to pay on this invoice.
invoice-has-no-balance = Nothing is left to pay on { $number }. Money for what comes next is recorded without invoiceId, and taken as the next invoice's advance.
payment-beyond-balance = { $balance } is left to pay on { $number }: record that here, and what goes beyond it without invoiceId, to be taken as the next invoice's advance.
invoice-too-many-payments = An invoice has { $most } payments at most: put several into one.
invoice-too-many-credit-notes = An invoice has { $most } credit notes at most: put several into one.
payment-voided-already = This payment is voided already.
payment-taken-as-advance = Issued invoices have taken their advance from this payment ({ $free } of the project's money is free): record the payment that takes its place first, or cancel the invoice with cancelInvoice.
payment-is-kept = A payment is kept: take it out of the sums with voidPayment, which says why.

## What the books hold on to

project-with-books-stays = An invoice was issued or a payment recorded on this project, so it stays its client's: enter a new project for the other client with createProject.
project-currency-fixed = The project has invoices or payments in its currency, which is therefore fixed: delete the drafts, or enter a new project in the other currency with createProject.
books-are-kept = Books are kept: an issued invoice or a recorded payment belongs to this. Close the project with closeProject, disable the client with disableClient; take an invoice back with cancelInvoice or createCreditNote, a payment with voidPayment.

## The company

company-phone-malformed = This is not a telephone number. Write one or several, such as "+227 20 12 34 56 / +227 90 12 34 56".

## What records are called

noun-invoice = invoice
    .a = an invoice
noun-invoice-item = invoice item
    .a = an invoice item
noun-payment = payment
    .a = a payment
noun-company-profile = company profile
    .a = a company profile
