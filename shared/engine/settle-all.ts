/**
 * Does works side by side like `Promise.all`, but waits for all of them even if one fails. A work that is not awaited
 * would freeze when its function has answered, and continue in a later invocation with knowledge that is hours old.
 * Throws the error of the first failed work, in their order.
 */
export async function settleAll<Works extends readonly unknown[] | []>(
  works: Works,
): Promise<{ -readonly [Index in keyof Works]: Awaited<Works[Index]> }> {
  const ends = await Promise.allSettled(works);
  const results = ends.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
  return results as { -readonly [Index in keyof Works]: Awaited<Works[Index]> }; // one of each work, in their order
}
