import { deletionPayload, objectPayload } from '../shared/object-payload.js';
import { StateObjectType, TopicType } from './lookup.type.js';

/** What mutations of states answer. */
export const statePayload = objectPayload(
  'State',
  () => StateObjectType,
  (loaders, id) => loaders.state.load(id),
);
/** What the deletion of a state answers. */
export const deleteStatePayload = deletionPayload('State');
/** What mutations of topics answer. */
export const topicPayload = objectPayload(
  'Topic',
  () => TopicType,
  (loaders, id) => loaders.topic.load(id),
);
/** What the deletion of a topic answers. */
export const deleteTopicPayload = deletionPayload('Topic');
