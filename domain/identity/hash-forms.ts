// What the password hashes look like that a login can verify: argon2id in PHC's notation, Keystone's in passlib's.

/** By Keystone's names for password_hash_algorithm. */
export const hashForms = {
  argon2id: /^\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[\w+/]+\$[\w+/]+$/,
  bcrypt: /^\$2[aby]\$(?:0[4-9]|1\d)\$[\w./]{53}$/,
  bcrypt_sha256: /^\$bcrypt-sha256\$v=2,t=2b,r=(\d{1,2})\$([\w./]{22})\$([\w./]{31})$/,
  scrypt: /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([\w+/.]+)\$([\w+/.]+)$/,
  pbkdf2_sha512: /^\$pbkdf2-sha512\$(\d{1,8})\$([\w+/.]+)\$([\w+/.]+)$/,
} as const;

export type HashForm = keyof typeof hashForms;

/** Undefined: nothing here can verify it. */
export function formOf(hash: string): HashForm | undefined {
  return (Object.keys(hashForms) as HashForm[]).find((form) => hashForms[form].test(hash));
}
