/** Answers and logs what a timed rule sent. */
export async function handler(event: { readonly 'detail-type'?: string; readonly resources?: readonly string[] }) {
  console.log(`swept by ${event['detail-type']} of ${event.resources?.[0]}`);
  return { swept: true };
}
