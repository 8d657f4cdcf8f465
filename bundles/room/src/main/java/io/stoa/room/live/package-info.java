/** Room manager: one mailbox per room, membership, permissions, publications, subscriptions, data. */
package io.stoa.room.live;
