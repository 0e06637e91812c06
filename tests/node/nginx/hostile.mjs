// What clients make up, send too much of, or ask too often.
import assert from "node:assert/strict";
import http2 from "node:http2";
import https from "node:https";
import tls from "node:tls";
import { sleep, within } from "./api.mjs";

/** The instances' lines of requests that came with this id. */
async function answered(deployment, requestId) {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = [0, 1].flatMap((number) => deployment.lines(number)).find((line) => line.message === "answered" && line.span?.id === requestId);
    if (found) return found;
    await sleep(20);
  }
  throw new Error(`no instance has logged ${requestId}`);
}

function count(answer, name) {
  return answer.raw.filter((text, index) => index % 2 === 0 && text.toLowerCase() === name).length;
}

export const checks = {
  async "nobody chooses the address or the request's id that we go by"(deployment) {
    const forged = {
      "x-forwarded-for": "6.6.6.6, 127.0.0.1",
      "x-real-ip": "6.6.6.6",
      forwarded: "for=6.6.6.6",
      "x-request-id": "chosen-by-a-stranger",
    };
    const api = deployment.api({ from: "127.0.0.5" });
    const answer = await api.request("/nowhere", { headers: forged });
    const id = answer.headers["x-request-id"];
    assert.match(id, /^[0-9a-f]{32}$/);
    assert.equal(count(answer, "x-request-id"), 1);
    assert.equal((await answered(deployment, id)).address, "127.0.0.5");
    assert.equal((await deployment.logged(id)).address, "127.0.0.5");

    // And past nginx, from an address that is no proxy of ours.
    const direct = `http://127.0.0.1:${deployment.ports.instances[0]}`;
    const past = await api.request(`${direct}/nowhere`, { headers: { ...forged, host: "localhost" }, from: "127.0.0.7" });
    assert.notEqual(past.headers["x-request-id"], forged["x-request-id"]);
    assert.equal((await answered(deployment, past.headers["x-request-id"])).address, "127.0.0.7");
  },

  async "HTTP/2, TLS, and each security header once"(deployment) {
    const api = deployment.api();
    for (const path of ["/graphql?query={__typename}", "/nowhere"]) {
      const answer = await api.request(path);
      for (const name of ["strict-transport-security", "x-content-type-options", "content-security-policy", "x-request-id"]) {
        assert.equal(count(answer, name), 1, `${name} of ${path}`);
      }
      assert.doesNotMatch(answer.headers.server ?? "", /\d/);
    }
    const session = http2.connect(deployment.base, { ca: deployment.ca });
    const stream = session.request({ ":path": "/graphql?query={__typename}" });
    const [headers] = await within(5000, new Promise((done, fail) => { stream.on("response", (...all) => done(all)); session.on("error", fail); }), "HTTP/2 does not answer");
    assert.equal(headers[":status"], 200);
    session.destroy();

    const { https: port, http } = deployment.ports;
    const old = { host: "127.0.0.1", port, ca: deployment.ca, servername: "localhost", maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" };
    await assert.rejects(handshake(old));
    assert.equal(await handshake({ ...old, minVersion: "TLSv1.2", maxVersion: "TLSv1.3", ciphers: undefined }), "TLSv1.3");
    await assert.rejects(handshake({ host: "127.0.0.1", port, ca: deployment.ca, servername: "other.example" }), "another name");
    const plain = await api.request(`http://localhost:${http}/feed.xml?a=b`);
    assert.equal(plain.status, 301);
    assert.equal(plain.headers.location, `${deployment.base}/feed.xml?a=b`);
    assert.equal((await api.request(`http://localhost:${http}/`, { headers: { host: "other.example" } })).status, 421);
  },

  async "10 MB and no more; 256 KB where no file goes"(deployment) {
    const api = deployment.api();
    const staff = await api.login("staff@demo.bellehouse.ne");
    const most = 10 * 1024 * 1024;
    const { upload } = await api.mutate("createUpload", "CreateUploadInput",
      { filename: "noise.jpg", contentType: "image/jpeg", byteSize: most }, "upload { uploadUrl }", staff);
    const noise = Buffer.alloc(most + 1, 7);
    const fits = await api.request(upload.uploadUrl, { method: "PUT", headers: { "content-length": most }, body: noise.subarray(1) });
    assert.equal(fits.status, 415, `the application has read it: ${fits.body}`);
    const above = await api.request(upload.uploadUrl, { method: "PUT", headers: { "content-length": most + 1 }, body: noise });
    assert.equal(above.status, 413);
    assert.equal(JSON.parse(above.body).code, "TOO_LARGE");
    const document = await api.request("/graphql", { method: "POST", headers: { "content-type": "application/json", "content-length": 300_000 }, body: Buffer.alloc(300_000, 32) });
    assert.equal(document.status, 413);
    assert.equal(JSON.parse(document.body).errors[0].extensions.code, "TOO_LARGE");
    assert.equal(count(document, "strict-transport-security"), 1);
  },

  async "an upload arrives as it is sent, not once it is whole"(deployment) {
    const api = deployment.api();
    const staff = await api.login("staff@demo.bellehouse.ne");
    const { upload } = await api.mutate("createUpload", "CreateUploadInput",
      { filename: "slow.jpg", contentType: "image/jpeg", byteSize: 500_000 }, "upload { id uploadUrl }", staff);
    const sent = https.request(upload.uploadUrl, { method: "PUT", ca: deployment.ca, headers: { "content-length": 500_000 } });
    sent.on("error", () => {});
    sent.write(Buffer.alloc(100_000, 7));
    await sleep(500);
    sent.destroy();
    const path = `/uploads/${upload.id}`;
    for (let tries = 0; tries < 100; tries += 1) {
      const line = [0, 1].flatMap((number) => deployment.lines(number)).find((one) => one.span?.path === path);
      if (line) {
        assert.equal(line.status, 400, "the application saw the connection break");
        return;
      }
      await sleep(50);
    }
    assert.fail("nothing of a broken upload reached the application");
  },

  async "who asks too often is told when to come back, and nobody else"(deployment) {
    const api = deployment.api({ from: "127.0.0.66" });
    const agent = new https.Agent({ keepAlive: true, maxSockets: 20, ca: deployment.ca, localAddress: "127.0.0.66" });
    const answers = await Promise.all(Array.from({ length: 600 }, () => new Promise((done, fail) => {
      https.get(`${deployment.base}/nowhere`, { agent }, (answer) => {
        const parts = [];
        answer.on("data", (part) => parts.push(part)).on("end", () => done({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }));
      }).on("error", fail);
    })));
    agent.destroy();
    const refused = answers.filter((answer) => answer.status === 429);
    assert.ok(refused.length > 0, "600 at once pass");
    assert.ok(answers.length - refused.length >= 200, `${refused.length} of 600 refused`);
    assert.equal(refused[0].headers["retry-after"], "2");
    assert.equal(JSON.parse(refused[0].body).errors[0].extensions.code, "RATE_LIMITED");
    assert.equal((await deployment.api().request("/graphql?query={__typename}")).status, 200, api.from);
  },
};

/** The version that a handshake ends in. */
function handshake(options) {
  return within(5000, new Promise((done, fail) => {
    const socket = tls.connect(options, () => { done(socket.getProtocol()); socket.destroy(); });
    socket.on("error", fail);
  }), "no handshake");
}
