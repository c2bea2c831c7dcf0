import { Extensions } from 'type-graphql';

/**
 * Says that a field answers all staff the same, and all customers who see the ticket the same, however they are related to it:
 * live results made of such fields alone are worked out once for all of them. A field that does not say so is each viewer's own.
 */
export const Shared = (): PropertyDecorator & MethodDecorator => Extensions({ shared: true });
