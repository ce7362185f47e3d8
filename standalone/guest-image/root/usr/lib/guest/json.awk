# Flattens a JSON document: one line for each string, number, true, false or null, "path<TAB>value"; path is keys and indexes joined by dots.
# Line breaks and tabs inside strings become \n and \t, so that a value is always one line. A broken document gives what came before the damage and exit code 1.
{ text = text $0 "\n" }
END {
  size = length(text)
  at = 1
  ok = read_value("")
  skip()
  exit !(ok && at > size)
}
function peek() { return substr(text, at, 1) }
function skip() { while (at <= size && index(" \t\r\n", peek())) at++ }
function read_value(path,   start, word) {
  skip()
  if (peek() == "{") return read_members(path, "}")
  if (peek() == "[") return read_members(path, "]")
  if (peek() == "\"") { if (!read_string()) return 0; print path "\t" string; return 1 }
  start = at
  while (at <= size && index("-+.0123456789eEtrufalsn", peek())) at++
  word = substr(text, start, at - start)
  if (word == "") return 0
  print path "\t" word
  return 1
}
function read_members(path, closing,   count, key) {
  at++
  skip()
  if (peek() == closing) { at++; return 1 }
  for (count = 0; ; count++) {
    key = count
    if (closing == "}") {
      skip()
      if (peek() != "\"" || !read_string()) return 0
      key = string
      skip()
      if (peek() != ":") return 0
      at++
    }
    if (!read_value(path == "" ? key : path "." key)) return 0
    skip()
    if (peek() == closing) { at++; return 1 }
    if (peek() != ",") return 0
    at++
  }
}
# The string at the cursor goes to the variable `string`.
function read_string(   rest, piece, char) {
  string = ""
  at++
  for (;;) {
    rest = substr(text, at, 512)
    if (!match(rest, /["\\]/)) {
      if (rest == "") return 0
      string = string rest
      at += length(rest)
      continue
    }
    string = string substr(rest, 1, RSTART - 1)
    at += RSTART
    if (substr(rest, RSTART, 1) == "\"") return 1
    char = peek()
    at++
    if (char == "u") { string = string utf8(hex(substr(text, at, 4))); at += 4 }
    else if (char == "n" || char == "t") string = string "\\" char
    else if (char == "r" || char == "b" || char == "f") string = string " "
    else string = string char
  }
}
function hex(digits,   i, number) {
  for (i = 1; i <= length(digits); i++) number = number * 16 + index("0123456789abcdef", tolower(substr(digits, i, 1))) - 1
  return number
}
# Characters beyond the basic plane come as two halves and are replaced: nothing that the guest reads has them.
function utf8(code) {
  if (code == 10) return "\\n"
  if (code == 9) return "\\t"
  if (code < 32) return " "
  if (code < 128) return sprintf("%c", code)
  if (code < 2048) return sprintf("%c%c", 192 + int(code / 64), 128 + code % 64)
  if (code >= 55296 && code < 57344) return "?"
  return sprintf("%c%c%c", 224 + int(code / 4096), 128 + int(code / 64) % 64, 128 + code % 64)
}
