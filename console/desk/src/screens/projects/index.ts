export { ProjectList, ProjectNew, ProjectPage } from "./projects";
export { UpdateList } from "./UpdateList";
export { UpdatePage } from "./UpdatePage";
