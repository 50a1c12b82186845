// Pushes a message to the phones of a customer.
const limit = 178;

const shorten = (text) => (text.length > limit ? `${text.slice(0, limit - 1)}…` : text);

export const handler = async (event) => {
  const messages = event.Records.map((record) => JSON.parse(record.Sns.Message));
  for (const { order, text } of messages) console.info(`push for ${order}: ${shorten(text ?? "")}`);
  return { pushed: messages.length };
};
