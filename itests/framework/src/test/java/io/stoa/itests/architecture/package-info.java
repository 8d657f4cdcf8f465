/**
 * The picture in README.md as rules over the compiled classes of all bundles. {@link io.stoa.itests.architecture.Parts} is the picture: a
 * new bundle is drawn there, too. What a rule does not hold for stands in {@link io.stoa.itests.architecture.Exceptions}, with a reason.
 */
package io.stoa.itests.architecture;
