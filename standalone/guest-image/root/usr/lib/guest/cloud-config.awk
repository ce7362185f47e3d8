# Turns the simple parts of a #cloud-config into a shell script: hostname, fqdn, password, ssh_pwauth, ssh_authorized_keys, write_files, bootcmd, runcmd.
# Reads the YAML that people write for these keys: plain, quoted and block (| or >) scalars, lists with dashes or brackets. Other keys get a line on the console.
{ sub(/\r$/, ""); lines[++total] = $0 }
END {
  at = 1
  while (at <= total) {
    line = lines[at++]
    if (line !~ /^[A-Za-z_]+:/) continue
    key = substr(line, 1, index(line, ":") - 1)
    rest = trim(substr(line, index(line, ":") + 1))
    if (key == "hostname" || key == "fqdn") name = (key == "fqdn" || name == "") ? scalar(rest, 0) : name
    else if (key == "password") password = scalar(rest, 0)
    else if (key == "ssh_pwauth") { if (tolower(scalar(rest, 0)) ~ /^(true|yes|1)$/) passwords = 1 }
    else if (key == "ssh_authorized_keys") read_list(key, rest)
    else if (key == "runcmd" || key == "bootcmd") read_list(key, rest)
    else if (key == "write_files") read_files()
    else print "echo " quote("cloud-config: " key " is not supported, left out")
  }
  if (name != "") print "/usr/lib/guest/set-hostname " quote(name)
  if (password != "") print "printf '%s\\n%s\\n' " quote(password) " " quote(password) " | passwd debian >/dev/null 2>&1"
  if (passwords) print ": >/var/lib/guest/ssh-passwords; kill $(cat /run/dropbear.pid)"
  printf "%s%s%s%s", out["ssh_authorized_keys"], out["bootcmd"], files, out["runcmd"]
}
function trim(text) { gsub(/^[ \t]+|[ \t]+$/, "", text); return text }
function quote(text) { gsub(/'/, "'\\''", text); return "'" text "'" }
function indent(text) { match(text, /^ */); return RLENGTH }
function blank(text) { return text ~ /^[ \t]*(#.*)?$/ }
# The value of a scalar that begins with `text`; block scalars take the lines that are indented deeper than `outer`.
function scalar(text, outer,   first, value) {
  if (text ~ /^[|>][-+]?[ \t]*$/) return block(outer, substr(text, 1, 1))
  first = substr(text, 1, 1)
  if (first == "\"") {
    match(text, /^"([^"\\]|\\.)*"/)
    value = substr(text, 2, RLENGTH - 2)
    gsub(/\\n/, "\n", value)
    gsub(/\\"/, "\"", value)
    gsub(/\\\\/, "\\", value)
    return value
  }
  if (first == "'") {
    match(text, /^'([^']|'')*'/)
    value = substr(text, 2, RLENGTH - 2)
    gsub(/''/, "'", value)
    return value
  }
  sub(/[ \t]+#.*$/, "", text)
  return trim(text)
}
function block(outer, style,   value, depth, line) {
  value = ""
  depth = -1
  while (at <= total) {
    line = lines[at]
    if (line !~ /^[ \t]*$/ && indent(line) <= outer) break
    if (depth < 0 && line !~ /^[ \t]*$/) depth = indent(line)
    value = value substr(line, depth + 1) (style == ">" && line !~ /^[ \t]*$/ ? " " : "\n")
    at++
  }
  sub(/[ \n]+$/, "", value)
  return value "\n"
}
# Words of a bracket list such as [ls, -l, "a b"], quoted for the shell.
function words(text,   result, word) {
  text = trim(substr(text, 2))
  while (text != "" && substr(text, 1, 1) != "]") {
    if (match(text, /^"([^"\\]|\\.)*"/) || match(text, /^'([^']|'')*'/) || match(text, /^[^],]+/)) word = substr(text, 1, RLENGTH)
    else break
    result = result " " quote(scalar(trim(word), 0))
    text = trim(substr(text, RLENGTH + 1))
    sub(/^,[ \t]*/, "", text)
  }
  return substr(result, 2)
}
function add(key, item, listed) {
  if (key == "ssh_authorized_keys") out[key] = out[key] "echo " quote(item) " >>/home/debian/.ssh/authorized_keys\n"
  else out[key] = out[key] (listed ? item : "sh -c " quote(item)) "\n"
}
function read_list(key, rest,   line, depth, text) {
  if (substr(rest, 1, 1) == "[") { if (key == "ssh_authorized_keys") out[key] = "printf '%s\\n' " words(rest) " >>/home/debian/.ssh/authorized_keys\n"; return }
  while (at <= total) {
    line = lines[at]
    if (blank(line)) { at++; continue }
    if (line !~ /^ *-([ \t]|$)/) return
    at++
    depth = indent(line)
    text = trim(substr(line, depth + 2))
    if (substr(text, 1, 1) == "[") add(key, words(text), 1)
    else add(key, scalar(text, depth), 0)
  }
}
function read_files(   line, depth, text, field) {
  while (at <= total) {
    line = lines[at]
    if (blank(line)) { at++; continue }
    if (line !~ /^ *- / && line !~ /^ +[a-z]+:/) break
    at++
    depth = indent(line)
    if (line ~ /^ *- /) { emit_file(); sub(/- */, "  ", line); depth = indent(line) }
    text = trim(line)
    if (text !~ /^[a-z]+:/) continue
    field = substr(text, 1, index(text, ":") - 1)
    file[field] = scalar(trim(substr(text, index(text, ":") + 1)), depth)
  }
  emit_file()
}
function emit_file(   target, decode) {
  target = file["path"]
  if (target != "") {
    decode = file["encoding"] ~ /^(b64|base64)$/ ? " | base64 -d" : ""
    files = files "mkdir -p \"$(dirname " quote(target) ")\"; printf %s " quote(file["content"]) decode (file["append"] == "true" ? " >>" : " >") quote(target) "\n"
    if (file["permissions"] != "") files = files "chmod " quote(file["permissions"]) " " quote(target) "\n"
    if (file["owner"] != "") files = files "chown " quote(file["owner"]) " " quote(target) "\n"
  }
  delete file
}
