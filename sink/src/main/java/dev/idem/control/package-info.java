/**
 * What persons see of a pipeline in the warehouse and ask of it there: states of tables, dead letters, replays,
 * verifications, orders.
 *
 * <p>The control schema {@code idem} stands between them and the sink, so that it does not matter which process either
 * of them runs in. Requests are kept with their idempotency keys in the transaction that acts on them.
 */
@NullMarked
package dev.idem.control;

import org.jspecify.annotations.NullMarked;
