// The library that makes certificates, in a file of its own so that a bundle loads it only when it is asked for.
import "reflect-metadata"; // without it the library can not be loaded at all
import * as x509 from "@peculiar/x509";

export { x509 };
