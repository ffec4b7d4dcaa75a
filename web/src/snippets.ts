import type { InferenceSummary } from './api/types';

/** Text in single quotes for a POSIX shell, whatever is in it. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A value as a Python literal. */
export function pythonLiteral(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(', ')}]`;
  if (typeof value === 'object') {
    const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${pythonLiteral(member)}`);
    return `{${members.join(', ')}}`;
  }
  return JSON.stringify(value);
}

type Run = Pick<InferenceSummary, 'dataset_id' | 'model_id' | 'params'>;

function bodyOf(run: Run): Record<string, unknown> {
  const { dataset_id, model_id, params } = run;
  return Object.keys(params).length ? { dataset_id, model_id, params } : { dataset_id, model_id };
}

/** The same run again, with curl; the password is asked for, not in the text. */
export function curlOf(run: Run, origin: string, username: string): string {
  return `api=${shellQuote(`${origin}/api`)}
read -rsp 'Password: ' password && echo
field() { python3 -c "import json, sys; print(json.load(sys.stdin)['$1'])"; }
login=$(PASSWORD=$password python3 -c 'import json, os
print(json.dumps({"username": ${pythonLiteral(username)}, "password": os.environ["PASSWORD"]}))')
token=$(curl -sSf "$api/auth/login" --json @- <<<"$login" | field access_token)
inference=$(curl -sSf "$api/inferences/start" -H "Authorization: Bearer $token" \\
  --json ${shellQuote(JSON.stringify(bodyOf(run)))} | field inference_id)
curl -sSf "$api/inferences/$inference/download" -H "Authorization: Bearer $token" -o "$inference.zip"
`;
}

/** The same run again, with Python's own library. */
export function pythonOf(run: Run, origin: string, username: string): string {
  return `import getpass, json, shutil, urllib.request

API = ${JSON.stringify(`${origin}/api`)}
token = None

def call(path, body=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    content = None if body is None else json.dumps(body).encode()
    return urllib.request.urlopen(urllib.request.Request(API + path, content, headers))

login = {"username": ${JSON.stringify(username)}, "password": getpass.getpass()}
token = json.load(call("/auth/login", login))["access_token"]
started = json.load(call("/inferences/start", ${pythonLiteral(bodyOf(run))}))
with call(f"/inferences/{started['inference_id']}/download") as answer, open("results.zip", "wb") as out:
    shutil.copyfileobj(answer, out)
`;
}
