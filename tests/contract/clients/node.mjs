// Drives @segment/analytics-node as it is: every call, with everything its types allow. Arguments: host, write key.
import { Analytics } from "@segment/analytics-node";

const [host, writeKey] = process.argv.slice(2);
const analytics = new Analytics({ writeKey, host, flushAt: 20 });
const failures = [];
analytics.on("error", (error) => failures.push(String(error.reason ?? error)));
const timestamp = new Date("2026-03-04T05:06:07.089Z");
const context = { ip: "203.0.113.9", campaign: { name: "spring" }, page: { path: "/checkout" } };

analytics.identify({ userId: "node-1", anonymousId: "na1", traits: { email: "node-1@example.org", plan: "pro" }, timestamp, context });
analytics.track({
  userId: "node-1", event: "Order Completed", messageId: "node-order-1", timestamp, context,
  properties: { order_id: "N-1", revenue: 12.5, currency: "EUR", products: [{ sku: "a", price: 12.5 }] },
});
analytics.page({ userId: "node-1", category: "Docs", name: "Start", properties: { path: "/docs" }, timestamp });
analytics.screen({ anonymousId: "na1", name: "Welcome", properties: { variant: "b" }, timestamp });
analytics.group({ userId: "node-1", groupId: "g1", traits: { name: "Initech" }, timestamp });
analytics.alias({ userId: "node-1", previousId: "node-0", timestamp });
await analytics.closeAndFlush();
console.log(JSON.stringify({ failures }));
