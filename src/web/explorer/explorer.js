"use strict";

const at = (id) => document.getElementById(id);

async function run() {
  const status = at("status");
  const answer = at("answer");
  let variables;
  try {
    variables = JSON.parse(at("variables").value || "{}");
  } catch (error) {
    status.textContent = `The variables are not JSON: ${error.message}`;
    return;
  }
  at("run").disabled = true;
  status.textContent = "Waiting…";
  const started = performance.now();
  try {
    const response = await fetch("graphql", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
      body: JSON.stringify({ query: at("query").value, variables }),
    });
    const text = await response.text();
    const took = Math.round(performance.now() - started);
    let result;
    try {
      result = JSON.parse(text);
    } catch {
      result = null;
    }
    // Nothing from the server is ever written as HTML.
    answer.textContent = result === null ? text : JSON.stringify(result, null, 2);
    const cost = result?.extensions?.cost;
    const told = cost ? `, cost ${cost.requested} of ${cost.maximum}` : "";
    status.textContent = `Status ${response.status}, ${took} ms${told}`;
  } catch (error) {
    status.textContent = `The server could not be reached: ${error.message}`;
  } finally {
    at("run").disabled = false;
  }
}

at("run").addEventListener("click", run);
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    run();
  }
});
