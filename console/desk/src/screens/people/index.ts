export * from "./clients";
export * from "./staff";
