// The page that takes a token to a dashboard: a form that sends itself.
import { randomBytes } from "node:crypto";

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text: string) => text.replace(/[&<>"']/g, (letter) => escapes[letter] ?? letter);

/** Nothing but this form may happen on the page, and nobody may keep or frame it: it holds a token. */
export function handOver(origin: string, token: string): { content: string; headers: Record<string, string> } {
  const nonce = randomBytes(16).toString("base64");
  const content = `<!DOCTYPE html>
<html>
<head><title>Logging in</title></head>
<body>
<form id="sso" name="sso" action="${escaped(origin)}" method="post">
<input type="hidden" name="token" value="${escaped(token)}">
<noscript><input type="submit" value="Continue"></noscript>
</form>
<script nonce="${nonce}">document.forms[0].submit();</script>
</body>
</html>
`;
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; form-action ${new URL(origin).origin}; frame-ancestors 'none'; base-uri 'none'`;
  return {
    content,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Cache-Control": "no-store",
      "Content-Security-Policy": policy,
      "Referrer-Policy": "no-referrer",
    },
  };
}
