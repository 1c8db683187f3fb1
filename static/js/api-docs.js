// Draws the API's documentation from its schema. Who is signed in tries it out as themselves, without a token.
const page = document.getElementById("api-docs");

window.SwaggerUIBundle({
  url: page.dataset.schema,
  domNode: page,
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null, // no foreign host
  requestInterceptor: (request) => {
    if (request.method && request.method !== "GET") request.headers["X-CSRFToken"] = page.dataset.csrf;
    return request;
  },
});
