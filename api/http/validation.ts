// Schemas become functions at start; what they find wrong becomes one sentence that names the field.
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import type { TSchema } from "typebox";
import { KumulusError } from "../../domain/errors.ts";

const options = { allErrors: false, verbose: true, strict: false, allowUnionTypes: true } as const;
const bodies = withFormats(new Ajv(options));
/** Queries are text: "5" fits an integer, one value fits an array. */
const queries = withFormats(new Ajv({ ...options, coerceTypes: "array" }));

function withFormats(ajv: Ajv): Ajv {
  addFormats.default(ajv, ["date-time", "date", "ipv4", "ipv6", "uri", "uuid", "regex"]);
  return ajv;
}

const secretField = /pass|secret|token|hash|private|user_data/i;
const shownLength = 100;

function shownValue(error: ErrorObject): string {
  if (secretField.test(error.instancePath)) return "***";
  const text = JSON.stringify(error.data) ?? String(error.data);
  if (secretField.test(text)) return "***";
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
}

function detail(error: ErrorObject): string {
  const { additionalProperty, missingProperty } = error.params as Record<string, string | undefined>;
  if (additionalProperty !== undefined) return `Additional properties are not allowed ('${additionalProperty}' was unexpected)`;
  if (missingProperty !== undefined) return `'${missingProperty}' is a required property`;
  return error.message ?? "it does not fit the schema";
}

function sentence(error: ErrorObject | undefined): string {
  if (!error) return "Invalid input.";
  const field = error.instancePath.slice(1);
  if (field === "" || error.keyword === "required" || error.keyword === "additionalProperties") {
    return `Invalid input${field ? ` for field/attribute ${field}` : ""}: ${detail(error)}.`;
  }
  return `Invalid input for field/attribute ${field}. Value: ${shownValue(error)}. ${detail(error)}.`;
}

export type Check = (value: unknown) => void;

function checker(validate: ValidateFunction): Check {
  return (value) => {
    if (!validate(value)) throw new KumulusError("Invalid", sentence(validate.errors?.[0]));
  };
}

/** Throws Invalid (400) with a sentence for users. */
export const bodyChecker = (schema: TSchema): Check => checker(bodies.compile(schema));
/** The same, and turns the query's texts into the schema's types in place. */
export const queryChecker = (schema: TSchema): Check => checker(queries.compile(schema));
