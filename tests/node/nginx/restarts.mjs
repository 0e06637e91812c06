// Instances that go and come back, one after the other, while people work; and all of them away.
import assert from "node:assert/strict";
import { sleep } from "./api.mjs";
import { load } from "./load.mjs";

const SERVICES = "{ services { nodes { title } } }";

export const checks = {
  async "a rolling restart loses no request and no event"(deployment) {
    const api = deployment.api();
    const staff = await api.login("staff@demo.bellehouse.ne");
    const client = await api.login("aissata@demo.bellehouse.ne");
    const { viewer } = await api.gql("{ viewer { projects(first: 1) { nodes { id } } } }", {}, client);
    // Two phones, so that each instance has one at some time.
    const phones = await Promise.all([api.watch(client), api.watch(client)]);
    const query = JSON.stringify({ query: "{ __typename }" });
    const ask = (one) => one.request("/graphql", { method: "POST", headers: { "content-type": "application/json" }, body: query });
    // Each from an address of its own: there is a limit for one.
    const loads = [21, 22, 23, 24, 25, 26].map((last) => load(deployment.api({ from: `127.0.0.${last}` }), last % 2 ? ask : (one) => one.get(SERVICES)));
    const titles = [];
    const post = async () => {
      const title = `Pendant la mise à jour ${titles.length + 1} ${Date.now()}`;
      await api.mutate("createProjectUpdate", "CreateProjectUpdateInput",
        { projectId: viewer.projects.nodes[0].id, title, post: true }, "projectUpdate { id }", staff);
      titles.push(title);
    };
    for (const number of [0, 1]) {
      await post();
      const ended = deployment.end(`instance ${number}`);
      await post();
      assert.equal(await ended, 0, `instance ${number} ends well`);
      await post();
      await deployment.startInstance(number);
      await sleep(1000);
    }
    await post();
    for (const phone of phones) for (const title of titles) await phone.until(title);
    await Promise.all(loads.map((one) => one.stop()));
    for (const phone of phones) {
      const ids = phone.seen.map((event) => event.id).filter(Boolean);
      assert.equal(new Set(ids).size, ids.length, "an event came twice");
      assert.ok(phone.closed.every((code) => code === 1012), `closed with ${phone.closed}`);
      await phone.stop();
    }
    assert.ok(phones.some((phone) => phone.closed.length > 0), "no phone was on the instances that went");
    const failures = loads.flatMap((one) => one.failures);
    console.log(`    ${loads.map((one) => one.answered()).join(" + ")} requests answered, ${titles.length} events, sockets closed: ${phones.map((phone) => phone.closed)}`);
    assert.deepEqual(failures, []);
  },

  async "with every instance away, visitors get the last answer and others are told to wait"(deployment) {
    const api = deployment.api();
    await api.get(SERVICES);
    await Promise.all([deployment.end("instance 0"), deployment.end("instance 1")]);
    const stale = await api.get(SERVICES);
    assert.equal(stale.status, 200);
    assert.equal((await deployment.logged(stale.headers["x-request-id"])).cache, "STALE");
    const away = await api.request("/graphql", { method: "POST", headers: { "content-type": "application/json" }, body: '{"query":"{ viewer { email } }"}' });
    assert.equal(away.status, 503);
    assert.equal(away.headers["retry-after"], "5");
    assert.equal(JSON.parse(away.body).errors[0].extensions.code, "UNAVAILABLE");
    await Promise.all([deployment.startInstance(0), deployment.startInstance(1)]);
    assert.equal((await api.get(SERVICES)).status, 200);
  },
};
