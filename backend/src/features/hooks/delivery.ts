/** What a provider's headers say of one delivery, once its signature is verified. */
export interface Delivery {
  type: string;
  /** The same for each time that this delivery is sent. */
  deliveryKey: string;
  /** Those worth keeping, with names in lower case. */
  headers: Record<string, string>;
}
