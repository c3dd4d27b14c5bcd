/**
 * Does works side by side, as `Promise.all` does; over when all of them are, also where one fails. One that was left to
 * itself would freeze with its function once that has answered, and go on in a later invocation by what it knew hours
 * before. Throws the error of the first that failed, in their order.
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
