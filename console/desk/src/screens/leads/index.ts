export { ConvertLead } from "./ConvertLead";
export { InquiryList } from "./InquiryList";
export { InquiryPage } from "./InquiryPage";
export { LeadList } from "./LeadList";
export { LeadNew } from "./LeadNew";
export { LeadPage } from "./LeadPage";
