// Renders the article pages that no cache holds.
const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const escape = (text) => text.replace(/[&<>]/g, (letter) => escapes[letter]);

export const handler = async ({ rawPath = "/" }) => {
  const sku = rawPath.split("/").pop() || "home";
  return {
    statusCode: 200,
    headers: { "content-type": "text/html; charset=utf-8" },
    body: `<!doctype html><title>${escape(sku)}</title><h1>${escape(sku)}</h1>`,
  };
};
