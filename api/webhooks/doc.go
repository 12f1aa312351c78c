// Package webhooks tells others what happened: it follows the change log for every webhook, queues deliveries in the store
// and sends them, signed as Standard Webhooks has it, until the receiver answers with success or three days have passed.
//
// Nothing is lost and nothing is made up: a delivery is queued in the transaction that moves the webhook's cursor over the
// change, and leaves the queue when the receiver has answered. After a crash it may come twice, with the same webhook-id.
// What is sent about a response is made of it at the time of sending, so that nothing that was deleted leaves the house.
package webhooks
