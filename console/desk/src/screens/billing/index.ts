export { CreditNoteNew } from "./CreditNoteNew";
export { InvoiceList } from "./InvoiceList";
export { InvoiceNew } from "./InvoiceNew";
export { InvoicePage } from "./InvoicePage";
export { PaymentList } from "./PaymentList";
export { PaymentNew } from "./PaymentNew";
export { PaymentPage } from "./PaymentPage";
