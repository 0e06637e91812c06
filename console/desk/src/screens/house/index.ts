export { Account } from "./Account";
export { Company } from "./Company";
export { DeliveryList } from "./DeliveryList";
export { HistoryList } from "./HistoryList";
export { Today } from "./Today";
export { Trash } from "./Trash";
