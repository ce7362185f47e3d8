// The YAML parser, loaded only where a file needs it. Through a static import, since in the bundle a dynamic one of a CommonJS library has no named exports.
export { parse } from "yaml";
