/** Calls what the application wants to be told by; what that throws is reported as that of any listener, and breaks nothing here. */
export function tell(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
