export type { MediaType, MessageOf } from "../../shared/contract/message-type.ts";
