/**
 * The holidays of the world, in a module of its own that is loaded when somebody asks for them. Packages themselves are imported
 * statically: what a dynamic import finds in one depends on whether it was bundled.
 */
export { default as HolidayLibrary } from 'date-holidays';
