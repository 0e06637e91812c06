const $ = (id) => document.getElementById(id);
const endpoint = new URL("/graphql", location.href);
let token = null;
let socket = null;

const show = (value) => { $("answer").textContent = typeof value === "string" ? value : JSON.stringify(value, null, 2); };

async function post(query, variables) {
  const headers = { "content-type": "application/json", accept: "application/graphql-response+json, application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  const answer = await fetch(endpoint, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  return answer.json();
}

async function login() {
  const answer = await post(
    "mutation LogIn($input: LoginInput!) { login(input: $input) { session { accessToken } viewer { email role } userErrors { message } } }",
    { input: { email: $("email").value, password: $("password").value, deviceName: "GraphiQL" } },
  );
  const payload = answer.data?.login;
  if (!payload?.session) return show(payload?.userErrors ?? answer.errors);
  token = payload.session.accessToken;
  $("password").value = "";
  $("who").textContent = `${payload.viewer.email} (${payload.viewer.role})`;
}

function stop() {
  socket?.close(1000);
  socket = null;
  $("stop").hidden = true;
}

function subscribe(query, variables) {
  stop();
  const lines = ["connecting…"];
  const note = (line) => { lines.push(line); show(lines.slice(-200).join("\n")); };
  const address = new URL(endpoint);
  address.protocol = address.protocol.replace("http", "ws");
  const ws = new WebSocket(address, "graphql-transport-ws");
  socket = ws;
  $("stop").hidden = false;
  ws.onopen = () => ws.send(JSON.stringify({ type: "connection_init", payload: token ? { Authorization: `Bearer ${token}` } : {} }));
  ws.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === "connection_ack") {
      note("listening");
      ws.send(JSON.stringify({ type: "subscribe", id: "1", payload: { query, variables } }));
    } else if (message.type === "ping") ws.send(JSON.stringify({ type: "pong" }));
    else if (message.type !== "pong") note(JSON.stringify(message.payload ?? message, null, 2));
  };
  ws.onclose = ({ code, reason }) => { note(`closed: ${code} ${reason}`); if (socket === ws) stop(); };
}

async function run() {
  const query = $("query").value;
  let variables;
  try { variables = JSON.parse($("variables").value || "{}"); } catch (error) { return show(`The variables are not JSON: ${error.message}`); }
  if (/^\s*(#.*\n\s*)*subscription\b/.test(query)) return subscribe(query, variables);
  try { show(await post(query, variables)); } catch (error) { show(String(error)); }
}

$("run").onclick = run;
$("stop").onclick = stop;
$("login").onclick = login;
$("password").onkeydown = (event) => { if (event.key === "Enter") login(); };
document.onkeydown = (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run(); };
