export {
    type Activation,
    type ActOptions,
    activatePenalty,
    activateTask,
    cancelActivation,
    cancelRequest,
    type RewardRequest,
    redeemRequest,
    redeemReward,
    refundRequest,
    requestReward,
} from "./acts.ts"
export { ChoreError, ConnectionError, type ErrorDetail } from "./errors.ts"
export type { Action, ActorRole, CancelReason, EntityType, EventMetadata, TrackingEvent } from "./event.ts"
export {
    type EventPage,
    type EventQuery,
    getTrackingEvent,
    iterateTrackingEvents,
    listTrackingEvents,
    type Stoppable,
} from "./events.ts"
export type { Server } from "./http.ts"
export { type StreamItem, type StreamOptions, streamTrackingEvents } from "./stream.ts"
