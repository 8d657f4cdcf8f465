/** Plug-ins: a newer bundle of the same name starts before the older one stops. */
package io.stoa.ops.plugins;
