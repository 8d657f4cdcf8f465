/**
 * SIP (spec 3.4, 9.4, 9.6): trunks and dispatch rules, as records in the {@link io.stoa.store.SipStore} of the day; calls, which workers
 * make and take. It speaks no SIP itself.
 *
 * <p>{@link io.stoa.service.sip.SipService} checks grants and gives requests to {@code Trunks}, {@code DispatchRules} and {@code Calls}.
 * Trunks and rules that could not be told apart by a call are refused ({@code Conflicts}): one is checked and stored at a time, on this
 * node. Workers ask {@code IncomingCalls} what becomes of a call: {@code Matching} finds trunk and rule, {@code Verdict} says which room,
 * under which name. What workers are told to call is put together by {@code OutgoingCalls}.
 *
 * <p>Without a store everything is <i>unavailable</i>, never empty; without workers calls are, at once. It has no threads and keeps nothing.
 */
package io.stoa.service.sip;
